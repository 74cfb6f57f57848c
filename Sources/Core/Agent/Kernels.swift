internal import CKernels

/// The innermost loops for one kind of vector instructions; all kinds give the same bits.
///
/// - Note: `@unchecked Sendable`: points to a constant table of functions without state.
public struct Kernels: @unchecked Sendable {
  let path: UnsafePointer<ck_path>

  /// `portable`, `avx2` or `avx512`.
  public var name: String { String(cString: path.pointee.name) }

  /// What this processor can run, slowest first; never empty.
  public static let available: [Kernels] = (0..<8).compactMap { ck_path_at($0).map(Kernels.init(path:)) }

  /// The fastest of them.
  public static let best = available[available.count - 1]
}
