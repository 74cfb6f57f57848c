#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Memory of the system's, asked for before it is needed: whoever cannot have it can still say so then.
public enum SystemMemory {
  /// What has to be left over for everything else, in bytes.
  static let reserve = 1 << 26

  /// Whether so much can be had beside the reserve; none of it is kept.
  static func has(bytes: Int) -> Bool {
    let (count, overflow) = bytes.addingReportingOverflow(reserve)
    guard !overflow, count > 0 else { return false }
    let memory = mmap(nil, count, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0)
    guard let memory, memory != UnsafeMutableRawPointer(bitPattern: -1) else { return false }
    munmap(memory, count)
    return true
  }

  /// What is thrown where work cannot be done with the memory that the system gives.
  public struct RefusedError: Error, Hashable, CustomStringConvertible {
    /// An error that says so.
    public init() {}
    /// The line.
    public var description: String {
      "the system refuses memory; look at `ulimit -v` and the limits of the service or container"
    }
  }
}

extension Configuration {
  /// Checks that there is memory to compose with, in so many trainings at a time.
  ///
  /// - Throws: `SystemMemory.RefusedError`.
  public func checkMemory(trainings: Int = 1) throws(SystemMemory.RefusedError) {
    let environment = policyEnvironment
    guard environment.hasMemory(capacity: environment.blockSize * trainings),
      // A thread also has an arena of the allocator's, of that size.
      trainings == 1 || SystemMemory.has(bytes: trainings * SystemMemory.reserve)
    else { throw SystemMemory.RefusedError() }
  }
}
