internal import Core
internal import Foundation
internal import Synchronization

/// SHA-256 of soundfonts, read once for as long as the file stays what it is.
final class SoundfontDigests: Sendable {
  static let shared = SoundfontDigests()
  /// Larger fonts are known by path only.
  private static let byteLimit = 256 << 20

  private struct Known {
    var modified: Date?
    var bytes: Int
    var digest: String
  }

  private let known = Mutex<[String: Known]>([:])

  /// 64 hexadecimal digits; nil if it cannot be read.
  func digest(of path: String) -> String? {
    guard let attributes = try? FileManager.default.attributesOfItem(atPath: path),
      let bytes = (attributes[.size] as? NSNumber)?.intValue, bytes <= Self.byteLimit
    else { return nil }
    let modified = attributes[.modificationDate] as? Date
    if let there = known.withLock({ $0[path] }), there.modified == modified, there.bytes == bytes {
      return there.digest
    }
    guard let contents = FileManager.default.contents(atPath: path) else { return nil }
    let digest = SHA256.hexadecimal(Array(contents))
    known.withLock { $0[path] = Known(modified: modified, bytes: bytes, digest: digest) }
    return digest
  }
}
