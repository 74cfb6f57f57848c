internal import CDispatch
public import Foundation

/// Tells systemd how the service stands: datagrams to the socket that $NOTIFY_SOCKET names, as sd_notify(3) says, without
/// libsystemd.
///
/// A message that cannot be sent is dropped: a service manager that does not listen must not stop the music.
public struct ServiceNotifier: Sendable {
  /// What can be said.
  public enum Message: Sendable, Hashable {
    /// It is up, or done with reloading.
    case ready
    /// It takes another configuration in; `ready` follows.
    case reloading
    /// It is on its way out.
    case stopping
    /// One line for `systemctl status`.
    case status(String)
    /// The loops that matter are alive.
    case watchdog

    /// The assignments of sd_notify(3).
    var text: String {
      switch self {
      case .ready: "READY=1"
      // Type=notify-reload wants to know since when (microseconds of CLOCK_MONOTONIC); Type=notify does not mind.
      case .reloading: "RELOADING=1\nMONOTONIC_USEC=\(Self.monotonicMicroseconds)"
      case .stopping: "STOPPING=1"
      case .status(let line): "STATUS=" + line.split(whereSeparator: \.isNewline).joined(separator: " ")
      case .watchdog: "WATCHDOG=1"
      }
    }

    private static var monotonicMicroseconds: Int64 {
      var time = timespec()
      clock_gettime(CLOCK_MONOTONIC, &time)
      return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
    }
  }

  /// How long systemd waits for a `watchdog` before it kills the service; nil if it does not watch.
  public let watchdogInterval: Duration?
  private let address: sockaddr_un
  private let addressLength: socklen_t

  /// The notifier of this process.
  ///
  /// - Parameter environment: $NOTIFY_SOCKET, a path or, with a leading @, an abstract name; $WATCHDOG_USEC and
  ///   $WATCHDOG_PID as in sd_watchdog_enabled(3).
  /// - Returns: nil if no service manager listens.
  public init?(environment: [String: String] = ProcessInfo.processInfo.environment) {
    guard let name = environment["NOTIFY_SOCKET"], name.hasPrefix("/") || name.hasPrefix("@"), name.utf8.count > 1
    else { return nil }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    var bytes = Array(name.utf8)
    // A path ends with a NUL, an abstract name begins with one.
    if bytes[0] == UInt8(ascii: "@") { bytes[0] = 0 } else { bytes.append(0) }
    guard bytes.count <= MemoryLayout.size(ofValue: address.sun_path) else { return nil }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
    self.address = address
    let path = MemoryLayout<sockaddr_un>.offset(of: \.sun_path) ?? MemoryLayout<sa_family_t>.size
    addressLength = socklen_t(path + bytes.count - (bytes[0] == 0 ? 0 : 1))
    watchdogInterval = Self.watchdogInterval(environment)
  }

  private static func watchdogInterval(_ environment: [String: String]) -> Duration? {
    guard let microseconds = environment["WATCHDOG_USEC"].flatMap({ Int64($0) }), microseconds > 0 else { return nil }
    if let process = environment["WATCHDOG_PID"], process != String(getpid()) { return nil }
    return .microseconds(microseconds)
  }

  /// Sends messages in one datagram.
  ///
  /// - Returns: whether the service manager has it.
  @discardableResult
  public func send(_ messages: Message...) -> Bool {
    // A socket for each datagram: they are rare, and nothing has to be kept open or closed.
    let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    // A full queue at the other end may not hold us for long.
    var patience = timeval(tv_sec: 1, tv_usec: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    let datagram = Array(messages.map(\.text).joined(separator: "\n").utf8)
    var address = address
    let count = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        sendto(descriptor, datagram, datagram.count, Int32(MSG_NOSIGNAL), $0, addressLength)
      }
    }
    return count == datagram.count
  }
}
