#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Threads of the system's, for work that blocks or takes long; unlike Foundation's, they say that they could not be had.
public enum SystemThread {
  /// Starts a thread of its own for `body`, with the stack that the system's limits give.
  ///
  /// - Returns: false if the system refuses a thread; `body` is not run then.
  public static func start(_ body: @escaping @Sendable () -> Void) -> Bool {
    guard let thread = launch(body) else { return false }
    pthread_detach(thread)
    return true
  }

  /// The same for a thread that is to be joined; nil if the system refuses it.
  static func launch(_ body: @escaping @Sendable () -> Void) -> pthread_t? {
    let context = Unmanaged.passRetained(Body(run: body))
    #if canImport(Darwin)
      var thread: pthread_t?
      let status = pthread_create(&thread, nil, { threadMain($0) }, context.toOpaque())
    #else
      var thread = pthread_t()
      let status = pthread_create(&thread, nil, { threadMain($0) }, context.toOpaque())
    #endif
    guard status == 0 else {
      context.release()
      return nil
    }
    return thread
  }

  /// What is thrown where work cannot go on without a thread that the system refuses.
  public struct RefusedError: Error, Hashable, CustomStringConvertible {
    /// An error that says so.
    public init() {}
    /// The line.
    public var description: String { "the system refuses a thread" }
  }

  fileprivate final class Body: Sendable {
    let run: @Sendable () -> Void
    init(run: @escaping @Sendable () -> Void) { self.run = run }
  }
}

private func threadMain(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  guard let context else { return nil }
  Unmanaged<SystemThread.Body>.fromOpaque(context).takeRetainedValue().run()
  return nil
}
