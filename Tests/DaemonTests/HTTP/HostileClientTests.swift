import Core
import Foundation
import Logging
import NIOCore
import Synchronization
import Testing

@testable import Daemon

/// Clients that are slow, many, broken or worse: each costs little, and the others are served.
@Suite(.timeLimit(.minutes(2)), .serialized) struct HostileClientTests {
  private let quick = ConnectionGuard.Limits(request: .milliseconds(700), reading: .milliseconds(700))

  @Test(arguments: [
    "", "GET", "GET / HTTP/1.1\r\nHost: loc",
    "POST /api/session HTTP/1.1\r\nHost: localhost\r\n"
      + "Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{",
    "POST /api/session HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
      + "Transfer-Encoding: chunked\r\n\r\n5\r\n{\"ac",
  ])
  func whoDoesNotFinishIsLeft(text: String) async throws {
    let fixture = try await ControlFixture(limits: quick, idleSeconds: 1)
    let start = ContinuousClock.now
    _ = try fixture.raw(text, seconds: 9)
    #expect(ContinuousClock.now - start < .seconds(8))
    #expect(try fixture.ask("GET", "/api/status").status == 200)
    await fixture.end()
  }

  @Test(arguments: [
    "\0\0\0\0\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "GET  HTTP/1.1\r\n\r\n",
    "POST /api/session HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
    "POST /api/session HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: localhost\r\nX: \(String(repeating: "x", count: 100_000))\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: localhost\r\n\(String(repeating: "X: y\r\n", count: 5000))\r\n",
    "GET /\(String(repeating: "a", count: 200_000)) HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "\u{16}\u{3}\u{1}\u{2}\0\u{1}\0",
  ])
  func nonsenseIsRefused(text: String) async throws {
    let fixture = try await ControlFixture(limits: quick, idleSeconds: 1)
    let answer = try fixture.raw(text, seconds: 9)
    #expect(!answer.hasPrefix("HTTP/1.1 2") && !answer.hasPrefix("HTTP/1.1 5"))
    #expect(try fixture.ask("GET", "/api/status").status == 200)
    await fixture.end()
  }

  @Test func anEndlessBodyIsCutOff() async throws {
    let fixture = try await ControlFixture(limits: quick)
    let socket = try RawSocket(port: fixture.server.port ?? 0, seconds: 9)
    socket.send(
      "POST /api/session HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        + "Content-Length: 99999999999\r\n\r\n")
    let block = String(repeating: " ", count: 1 << 16)
    var sent = 0
    while sent < 2000, socket.send(block) { sent += 1 }
    #expect(sent < 2000)
    #expect(try fixture.ask("GET", "/api/status").status == 200)
    await fixture.end()
  }

  /// The stream begins with everything, and says what happens.
  @Test func eventsArrive() async throws {
    let fixture = try await ControlFixture()
    let socket = try RawSocket(port: fixture.server.port ?? 0, seconds: 9)
    socket.send("GET /api/events HTTP/1.1\r\nHost: localhost\r\n\r\n")
    let first = socket.receive(until: "event: device")
    #expect(first.contains("event: status\ndata: {") && first.contains("event: rules\ndata: {"))
    #expect(first.contains("text/event-stream"))
    try await fixture.conductor.setWeights(["lines": 0.5])
    #expect(socket.receive(until: "\"weight\":0.5").contains("event: rules"))
    let pieces = try await fixture.addPieces(1)
    _ = try fixture.ask("PATCH", "/api/pieces/\(pieces[0].id)", #"{"rating": -1}"#)
    #expect(socket.receive(until: "\"rating\":-1").contains("event: piece_changed"))
    await fixture.end()
  }

  /// Who does not read is disconnected; who reads hears all; nobody waits.
  @Test func aStreamThatNobodyReadsIsDropped() async throws {
    let fixture = try await ControlFixture(limits: quick)
    let lazy = try RawSocket(port: fixture.server.port ?? 0, seconds: 5)
    lazy.send("GET /api/events HTTP/1.1\r\nHost: localhost\r\n\r\n")
    _ = lazy.receive(until: "event: device")
    let text = String(repeating: "x", count: 100_000)
    for _ in 0..<400 {
      await fixture.conductor.log(.info, text)
      try await Task.sleep(for: .milliseconds(1))
    }
    try await waits(for: "the stream's end") { fixture.server.streamCount == 0 }
    #expect(try fixture.ask("GET", "/api/status").status == 200)
    await fixture.end()
  }

  @Test func manyStreamsAndAFlood() async throws {
    let fixture = try await ControlFixture()
    var streams: [RawSocket] = []
    for _ in 0..<200 {
      let socket = try RawSocket(port: fixture.server.port ?? 0, seconds: 9)
      socket.send("GET /api/events HTTP/1.1\r\nHost: localhost\r\n\r\n")
      streams.append(socket)
    }
    for stream in streams { #expect(stream.receive(until: "event: device").contains("event: status")) }
    let flood = try RawSocket(port: fixture.server.port ?? 0, seconds: 9)
    flood.send(String(repeating: "GET /api/rules HTTP/1.1\r\nHost: localhost\r\n\r\n", count: 200))
    try await fixture.conductor.setWeights(["lines": 0.75])
    for stream in streams { #expect(stream.receive(until: "0.75").contains("event: rules")) }
    await fixture.end()
  }

  /// Whoever is being accepted at the moment of the end goes away without harm.
  @Test(arguments: 0..<8) func theEndWhileOthersCome(round: Int) async throws {
    let fixture = try await ControlFixture()
    let port = fixture.server.port ?? 0
    let isOver = Mutex(false)
    let crowd = Task.detached {
      var sockets: [RawSocket] = []
      while !isOver.withLock({ $0 }), sockets.count < 5000, let socket = try? RawSocket(port: port, seconds: 1) {
        sockets.append(socket)
      }
      return sockets.count
    }
    try await Task.sleep(for: .milliseconds(10 + 3 * round))
    await fixture.end()
    isOver.withLock { $0 = true }
    #expect(await crowd.value > 0)
  }

  /// Who comes when the port is full is told so; the Unix socket has room of its own.
  @Test func tooManyConnectionsAreRefused() async throws {
    let fixture = try await ControlFixture(limits: ConnectionGuard.Limits(connectionCount: 12))
    let question = "GET /api/rules HTTP/1.1\r\nHost: localhost\r\n\r\n"
    var sockets: [RawSocket] = []
    for _ in 0..<12 {
      let socket = try RawSocket(port: fixture.server.port ?? 0, seconds: 9)
      socket.send(question)
      #expect(socket.receive(until: "rules").hasPrefix("HTTP/1.1 200"))
      sockets.append(socket)
    }
    for _ in 0..<30 {
      let answer = try fixture.raw(question, seconds: 9)
      #expect(answer.hasPrefix("HTTP/1.1 503") && answer.contains("12 connections"))
    }
    // One that says nothing is not kept either.
    #expect(try fixture.raw("", seconds: 9).isEmpty)
    #expect(try fixture.ask("GET", "/api/status").status == 200)
    sockets.removeLast(6)
    var answer = ""
    for _ in 0..<500 where !answer.hasPrefix("HTTP/1.1 200") {
      let socket = try RawSocket(port: fixture.server.port ?? 0, seconds: 9)
      socket.send(question)
      answer = socket.receive(until: "}")
      try await Task.sleep(for: .milliseconds(10))
    }
    #expect(answer.hasPrefix("HTTP/1.1 200"))
    await fixture.end()
  }

  /// Ends at once, whoever is connected.
  @Test func endingWaitsForNobody() async throws {
    let fixture = try await ControlFixture()
    let socket = try RawSocket(port: fixture.server.port ?? 0, seconds: 9)
    socket.send("GET /api/events HTTP/1.1\r\nHost: localhost\r\n\r\n")
    _ = socket.receive(until: "event: device")
    let start = ContinuousClock.now
    await fixture.end()
    #expect(ContinuousClock.now - start < .seconds(2))
    _ = socket.receive()
  }
}
