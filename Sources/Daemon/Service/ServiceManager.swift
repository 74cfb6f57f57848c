internal import Foundation

/// Tells systemd how the daemon is (sd_notify(3)): datagrams to the socket that `NOTIFY_SOCKET` names.
///
/// By hand, because it is one `sendto` and libsystemd would be one more library on a server.
public struct ServiceManager: Sendable {
  private let address: String?
  /// The longest time between two `keepAlive`; nil if nobody watches.
  public let watchdog: Duration?

  /// The one that started this process, if one did.
  public init(environment: [String: String] = ProcessEnvironment.current) {
    address = environment["NOTIFY_SOCKET"].flatMap { $0.hasPrefix("/") || $0.hasPrefix("@") ? $0 : nil }
    let isForUs = environment["WATCHDOG_PID"].map { Int32($0) == getpid() } ?? true
    watchdog = environment["WATCHDOG_USEC"].flatMap { Int64($0) }.flatMap {
      isForUs && $0 > 0 ? .microseconds($0) : nil
    }
  }

  /// It works from now on.
  public func ready() { send("READY=1") }
  /// What it does, for `systemctl status`.
  public func status(_ text: String) { send("STATUS=\(text.split(separator: "\n").joined(separator: " "))") }
  /// It is on its way out.
  public func stopping() { send("STOPPING=1") }
  /// It reads its configuration; `ready` ends that.
  public func reloading() { send("RELOADING=1") }
  /// It is alive.
  public func keepAlive() { send("WATCHDOG=1") }

  private func send(_ message: String) {
    guard let address else { return }
    let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    var target = sockaddr_un()
    target.sun_family = sa_family_t(AF_UNIX)
    var path = Array(address.utf8)
    // An abstract address begins with NUL.
    if path[0] == UInt8(ascii: "@") { path[0] = 0 }
    guard path.count < MemoryLayout.size(ofValue: target.sun_path) else { return }
    withUnsafeMutableBytes(of: &target.sun_path) { $0.copyBytes(from: path) }
    let length = socklen_t(MemoryLayout<sa_family_t>.size + path.count)
    let bytes = Array(message.utf8)
    withUnsafePointer(to: &target) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { target in
        _ = sendto(
          descriptor, bytes, bytes.count, Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL), target, length)
      }
    }
  }
}
