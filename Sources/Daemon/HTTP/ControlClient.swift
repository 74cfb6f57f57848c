public import Foundation

/// Asks a daemon by its Unix socket: one request, one connection.
///
/// By hand, because Foundation knows no Unix sockets, and the HTTP client that does would bring a whole TLS library.
public struct ControlClient: Sendable {
  /// What the daemon says.
  public struct Answer: Sendable {
    /// The HTTP status.
    public var status: Int
    /// The headers, their names in lower case.
    public var headers: [String: String]
    /// The body.
    public var body: Data
  }

  /// Why there is no answer.
  public struct Failure: Error, CustomStringConvertible {
    /// One line.
    public var description: String
  }

  /// The socket.
  public let path: String
  private let seconds: Int

  /// A client; nothing is opened yet.
  ///
  /// - Parameter seconds: how long an answer may take.
  public init(path: String, seconds: Int = 30) {
    self.path = path
    self.seconds = seconds
  }

  /// Asks and waits for the whole answer.
  ///
  /// - Parameters:
  ///   - method: `GET`.
  ///   - target: path and query, percent-encoded.
  ///   - body: JSON; nil for none.
  /// - Throws: `Failure`.
  public func ask(_ method: String, _ target: String, body: Data? = nil) throws -> Answer {
    let descriptor = try connected()
    defer { close(descriptor) }
    var head = "\(method) \(target) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
    if let body { head += "Content-Type: application/json\r\nContent-Length: \(body.count)\r\n" }
    try send(Data((head + "\r\n").utf8) + (body ?? Data()), to: descriptor)
    return try Self.parse(try receive(from: descriptor))
  }

  private func connected() throws -> Int32 {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let bytes = Array(path.utf8)
    guard bytes.count <= ControlSocket.longestPath else { throw Failure(description: "\(path): too long for a socket") }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw failure("no socket") }
    var limit = timeval(tv_sec: seconds, tv_usec: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    let status = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    guard status == 0 else {
      let failure = failure(path)
      close(descriptor)
      throw failure
    }
    return descriptor
  }

  private func failure(_ what: String) -> Failure {
    Failure(description: "\(what): \(errno == EAGAIN ? "no answer in time" : String(cString: strerror(errno)))")
  }

  private func send(_ data: Data, to descriptor: Int32) throws {
    var sent = 0
    while sent < data.count {
      let count = data.withUnsafeBytes { bytes in
        Foundation.send(descriptor, bytes.baseAddress! + sent, data.count - sent, Int32(MSG_NOSIGNAL))
      }
      if count > 0 { sent += count } else if errno != EINTR { throw failure(path) }
    }
  }

  private func receive(from descriptor: Int32) throws -> Data {
    var data = Data()
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = recv(descriptor, &chunk, chunk.count, 0)
      if count == 0 { return data }
      if count > 0 { data.append(contentsOf: chunk[..<count]) } else if errno != EINTR { throw failure(path) }
    }
  }

  /// Takes an answer apart: the connection's end is its end, unless it comes in chunks.
  static func parse(_ data: Data) throws -> Answer {
    guard let end = data.firstRange(of: Data("\r\n\r\n".utf8)) else { throw Failure(description: "no HTTP answer") }
    let lines = String(decoding: data[..<end.lowerBound], as: UTF8.self).components(separatedBy: "\r\n")
    let status = lines[0].split(separator: " ")
    guard status.count >= 2, status[0].hasPrefix("HTTP/1."), let code = Int(status[1]) else {
      throw Failure(description: "no HTTP answer")
    }
    var headers: [String: String] = [:]
    for line in lines.dropFirst() {
      let parts = line.split(separator: ":", maxSplits: 1)
      if parts.count == 2 { headers[parts[0].lowercased()] = parts[1].trimmingCharacters(in: .whitespaces) }
    }
    var body = Data(data[end.upperBound...])
    if headers["transfer-encoding"]?.lowercased() == "chunked" { body = try unchunked(body) }
    if let length = headers["content-length"].flatMap({ Int($0) }), body.count < length {
      throw Failure(description: "the answer ends too early")
    }
    return Answer(status: code, headers: headers, body: body)
  }

  private static func unchunked(_ data: Data) throws -> Data {
    var rest = data
    var body = Data()
    while let end = rest.firstRange(of: Data("\r\n".utf8)) {
      let size = String(decoding: rest[rest.startIndex..<end.lowerBound], as: UTF8.self).prefix { $0 != ";" }
      guard let size = Int(size, radix: 16), size >= 0, rest.distance(from: end.upperBound, to: rest.endIndex) >= size
      else { break }
      if size == 0 { return body }
      body += rest[end.upperBound..<end.upperBound + size]
      rest = rest[(end.upperBound + size)...].dropFirst(2)
    }
    throw Failure(description: "the answer ends too early")
  }
}
