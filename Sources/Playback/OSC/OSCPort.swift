internal import CALSA
internal import CDispatch
internal import CRealtime
internal import Core
internal import Foundation
internal import Glibc
internal import Synchronization

/// Hears Open Sound Control at a UDP port, on a thread of its own.
final class OSCPort: Sendable {
  private let socket: Int32
  private let isOver = Atomic<Bool>(false)
  private let over = DispatchSemaphore(value: 0)

  /// More than this is no packet of a controller.
  private static let largestPacket = 1 << 14

  /// Opens the port.
  ///
  /// - Parameters:
  ///   - master: The master whose clock is followed, if one is: notes have a place in its song.
  ///   - hear: gets what is asked for, in order.
  ///   - ended: is called when nothing more comes.
  /// - Throws: If it cannot be had.
  init(
    address: String, port: Int, master: @escaping @Sendable () -> MasterReading? = { nil },
    hear: @escaping @Sendable (PlayerInput) -> Void, ended: @escaping @Sendable () -> Void = {}
  ) throws(DeviceUnavailableError) {
    socket = Glibc.socket(AF_INET, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    var name = sockaddr_in()
    name.sin_family = sa_family_t(AF_INET)
    name.sin_port = UInt16(clamping: port).bigEndian
    inet_pton(AF_INET, address, &name.sin_addr)
    var patience = timeval(tv_sec: 0, tv_usec: 250_000)
    setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    let status = withUnsafePointer(to: &name) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard socket >= 0, status == 0 else {
      let reason = String(cString: strerror(errno))
      Glibc.close(socket)
      throw DeviceUnavailableError(reason: "OSC: \(address):\(port): \(reason)")
    }
    let thread = Thread { [self] in
      run(master, hear)
      ended()
    }
    thread.name = "rlm-osc"
    thread.start()
  }

  /// Closes it. Once; it can be opened again when this returns.
  func close() {
    isOver.store(true, ordering: .relaxed)
    // Linux says that it is not connected, and wakes whoever waits for a packet all the same.
    shutdown(socket, Int32(SHUT_RD))
    over.wait()
    Glibc.close(socket)
  }

  private func run(_ master: @Sendable () -> MasterReading?, _ hear: @Sendable (PlayerInput) -> Void) {
    var buffer = [UInt8](repeating: 0, count: Self.largestPacket)
    while !isOver.load(ordering: .relaxed) {
      let count = recv(socket, &buffer, buffer.count, 0)
      guard count > 0 else { continue }
      let now = rt_monotonic_nanoseconds()
      let quarters = master()?.quarters(at: now)
      for message in OSCReader.messages(Array(buffer[..<count])) {
        OSCReader.input(message, seconds: Double(now) * 1e-9, quarters: quarters).map(hear)
      }
    }
    over.signal()
  }
}
