import Core
import Foundation
import Logging
import Testing

@testable import Daemon

/// A conductor at rest with its control interface open on a Unix socket and a port.
final class ControlFixture: Sendable {
  let folder: TestFolder
  let conductor: Conductor
  let server: ControlServer
  let client: ControlClient
  private let serving: Task<Void, any Error>

  init(
    _ daemon: String = "sessions: {start_paused: true}", http: String = "", playback: String = "none",
    limits: ConnectionGuard.Limits = ConnectionGuard.Limits(), idleSeconds: Int64 = 30
  ) async throws {
    folder = try TestFolder()
    let configuration = try testConfiguration(
      "library: \(folder.path), http: {port: 0\(http)}, \(daemon)", play: playback)
    let library = try folder.library()
    let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    conductor = Conductor(configuration: configuration, file: nil, library: library, logger: logger)
    var limits = limits
    limits.farewell = .milliseconds(20)
    let server = ControlServer(
      conductor: conductor, configuration: configuration.daemon, logger: logger, limits: limits,
      idleSeconds: idleSeconds)
    self.server = server
    serving = Task { try await server.run() }
    client = ControlClient(path: "\(folder.path)/control.sock", seconds: 60)
    try await waits(for: "the interface") { [client] in
      server.port != nil && (try? client.ask("GET", "/api/status")) != nil
    }
  }

  /// Adds composed pieces.
  func addPieces(_ count: Int, stepSeconds: Double? = nil) async throws -> [PieceRecord] {
    let configuration = try testConfiguration()
    var pieces: [PieceRecord] = []
    for number in 0..<count {
      var composed = testPiece(configuration, seed: UInt64(number))
      if let stepSeconds { composed.tempo = TempoMap(stepSeconds: stepSeconds) }
      let piece = try conductor.library.write(
        composed, session: nil, weights: nil, audio: configuration.audio)
      try await conductor.library.add(piece)
      pieces.append(piece)
    }
    return pieces
  }

  /// Asks by the socket.
  func ask(_ method: String, _ target: String, _ body: String? = nil) throws -> (status: Int, body: String) {
    let answer = try client.ask(method, target, body: body.map { Data($0.utf8) })
    return (answer.status, String(decoding: answer.body, as: UTF8.self))
  }

  /// Sends bytes to the port and gives what comes back until the other side closes, or so many seconds have passed.
  func raw(_ text: String, seconds: Int = 10) throws -> String {
    let socket = try RawSocket(port: server.port ?? 0, seconds: seconds)
    socket.send(text)
    return socket.receive()
  }

  func end() async {
    serving.cancel()
    _ = try? await serving.value
  }
}

/// A TCP connection whose client does as it likes.
final class RawSocket {
  let descriptor: Int32

  init(port: Int, seconds: Int) throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var limit = timeval(tv_sec: seconds, tv_usec: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(port).bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let status = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard status == 0 else { throw ControlClient.Failure(description: "cannot connect") }
  }

  deinit { close(descriptor) }

  /// Whether it could be sent.
  @discardableResult
  func send(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    return Foundation.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count
  }

  /// All there is until the other side closes, or nothing comes any more.
  func receive(until text: String? = nil) -> String {
    var data = Data()
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = recv(descriptor, &chunk, chunk.count, 0)
      guard count > 0 else { break }
      data.append(contentsOf: chunk[..<count])
      if let text, String(decoding: data, as: UTF8.self).contains(text) { break }
    }
    return String(decoding: data, as: UTF8.self)
  }

  /// The first bytes that come: an answer's head, and what of its body came with it.
  func receiveSome() -> Data {
    var chunk = [UInt8](repeating: 0, count: 1 << 12)
    let count = recv(descriptor, &chunk, chunk.count, 0)
    return Data(chunk[..<max(0, count)])
  }

  /// Bytes that come until the other side closes.
  func countRest() -> Int {
    var total = 0
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = recv(descriptor, &chunk, chunk.count, 0)
      guard count > 0 else { return total }
      total += count
    }
  }
}
