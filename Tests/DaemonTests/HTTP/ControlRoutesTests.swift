import Core
import Foundation
import Testing

@testable import Daemon

/// What the control interface does, asked by its Unix socket.
@Suite(.timeLimit(.minutes(2))) struct ControlRoutesTests {
  private func object(_ text: String) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
  }

  @Test func theSessionIsControlled() async throws {
    let fixture = try await ControlFixture("sessions: {populations: 1000000, start_paused: true}")
    let conductor = fixture.conductor
    async let running: Void = conductor.run()
    #expect(try fixture.ask("POST", "/api/session", #"{"action": "start"}"#).status == 200)
    try await waits(for: "populations") { await conductor.status().population >= 3 }
    let status = try object(try fixture.ask("GET", "/api/status").body)
    #expect(status["phase"] as? String == "training")
    #expect(try #require(status["population"] as? Int) >= 3)
    #expect(status["seed"] is String)
    let curve = try object(try fixture.ask("GET", "/api/curve").body)
    #expect(try #require(curve["points"] as? [Any]).count >= 3)
    #expect(try fixture.ask("POST", "/api/session", #"{"action": "pause"}"#).status == 200)
    try await waits(for: "a pause") { await conductor.status().phase == .paused }
    await conductor.end()
    await running
    await fixture.end()
  }

  @Test func weightsAreReadAndChanged() async throws {
    let fixture = try await ControlFixture()
    #expect(try fixture.ask("PATCH", "/api/rules", #"{"weights": {"lines": 3.5}}"#).status == 200)
    #expect(await fixture.conductor.rules().prefix(2).map(\.weight) == [3.5, 2])
    let refused = try fixture.ask("PATCH", "/api/rules", #"{"weights": {"lines": 3, "nothing": 1}}"#)
    #expect(refused.status == 400 && refused.body.contains("unknown rule"))
    #expect(await fixture.conductor.rules().prefix(2).map(\.weight) == [3.5, 2])
    // Not in the configuration, and yet known by name.
    #expect(try fixture.ask("PATCH", "/api/rules", #"{"weights": {"noncyclicity": 250}}"#).status == 200)
    #expect(await fixture.conductor.rules().contains { $0.rule == "noncyclicity" && $0.weight == 250 })
    #expect(try fixture.ask("DELETE", "/api/rules").status == 200)
    #expect(await fixture.conductor.rules().prefix(2).map(\.weight) == [1, 2])
    await fixture.end()
  }

  @Test func piecesAreListedRatedKeptAndDeleted() async throws {
    let fixture = try await ControlFixture()
    let pieces = try await fixture.addPieces(5)
    let page = try object(try fixture.ask("GET", "/api/pieces?limit=2&offset=1&order=oldest").body)
    #expect(page["total"] as? Int == 5)
    #expect((page["pieces"] as? [[String: Any]])?.map { $0["id"] as? Int64 } == pieces[1...2].map(\.id))
    let id = pieces[2].id
    #expect(try fixture.ask("PATCH", "/api/pieces/\(id)", #"{"rating": 1, "is_kept": true}"#).status == 200)
    #expect(try object(try fixture.ask("GET", "/api/pieces?rating=1&kept=true").body)["total"] as? Int == 1)
    #expect(try await fixture.conductor.library.piece(id)?.rating == 1)
    let details = try object(try fixture.ask("GET", "/api/pieces/\(id)").body)
    #expect((details["roll"] as? [String])?.count == 13)
    #expect(try fixture.ask("DELETE", "/api/pieces/\(id)").status == 409)
    #expect(try fixture.ask("PATCH", "/api/pieces/\(id)", #"{"is_kept": false}"#).status == 200)
    #expect(try fixture.ask("DELETE", "/api/pieces/\(id)").status == 204)
    #expect(try fixture.ask("GET", "/api/pieces/\(id)").status == 404)
    await fixture.end()
  }

  @Test func filesAreTheFiles() async throws {
    let fixture = try await ControlFixture()
    let piece = try await fixture.addPieces(1)[0]
    let path = fixture.conductor.library.path(of: piece)
    for name in ["music.mid", "music.wav", "piano_roll.svg", "piece.json"] {
      let answer = try fixture.client.ask("GET", "/api/pieces/\(piece.id)/files/\(name)")
      #expect(answer.status == 200)
      #expect(try answer.body == Data(contentsOf: URL(filePath: "\(path)/\(name)")))
      #expect(answer.headers["content-disposition"]?.contains("attachment") == true)
    }
    // Nothing outside the folder, whatever the name looks like, and no link out of it.
    symlink("/etc/passwd", "\(path)/link.txt")
    for name in [
      "..%2f..%2flibrary.sqlite", "%2e%2e/library.sqlite", "..", ".", "%2fetc%2fpasswd", "music.mid%00.txt", "link.txt",
      "....//....//etc/passwd", "..%5c..%5cx", "%c0%ae%c0%ae%2f",
    ] {
      #expect(try fixture.ask("GET", "/api/pieces/\(piece.id)/files/\(name)").status == 404, "\(name)")
    }
    await fixture.end()
  }

  /// Deleted by the retention, say, while a slow client reads.
  @Test func aFileThatIsDeletedWhileItIsSentArrivesWhole() async throws {
    let fixture = try await ControlFixture()
    let piece = try await fixture.addPieces(1, stepSeconds: 5)[0]
    let path = fixture.conductor.library.path(of: piece) + "/music.wav"
    let size = try #require(try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int)
    // More than what the sockets hold between them.
    #expect(size > 8_000_000)
    let socket = try RawSocket(port: fixture.server.port ?? 0, seconds: 9)
    socket.send("GET /api/pieces/\(piece.id)/files/music.wav HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    var first = Data()
    while first.firstRange(of: Data("\r\n\r\n".utf8)) == nil { first += socket.receiveSome() }
    let head = try #require(first.firstRange(of: Data("\r\n\r\n".utf8)))
    #expect(String(decoding: first[..<head.lowerBound], as: UTF8.self).contains("200 OK"))
    #expect(try fixture.ask("DELETE", "/api/pieces/\(piece.id)").status == 204)
    #expect(!FileManager.default.fileExists(atPath: path))
    #expect(first.count - head.upperBound + socket.countRest() == size)
    #expect(try fixture.ask("GET", "/api/pieces/\(piece.id)/files/music.wav").status == 404)
    await fixture.end()
  }

  @Test func thePlayerIsControlled() async throws {
    let fixture = try await ControlFixture(playback: "null")
    let conductor = fixture.conductor
    // Long enough for the slowest machine to look while it is heard.
    let piece = try await fixture.addPieces(1, stepSeconds: 20)[0]
    let silent = try fixture.ask("POST", "/api/player", #"{"action": "skip"}"#)
    #expect(silent.status == 409)
    #if Playback
      async let running: Void = conductor.run()
      try await waits(for: "sound") { await conductor.device().isOpen }
      #expect(try fixture.ask("PATCH", "/api/player", #"{"volume": 0.25, "follow": "final"}"#).status == 200)
      let answer = try fixture.ask("POST", "/api/player", #"{"action": "play", "piece": \#(piece.id)}"#)
      #expect(answer.status == 200)
      try await waits(for: "the piece") { await conductor.playerState()?.piece == piece.id }
      let state = await conductor.playerState()
      #expect(state?.isSong == false)
      #expect(state?.volume == 0.25)
      #expect(try fixture.ask("POST", "/api/player", #"{"action": "pause"}"#).status == 200)
      #expect(await conductor.playerState()?.isPaused == true)
      #expect(await conductor.device().follow == "final")
      #expect(try fixture.ask("POST", "/api/player", #"{"action": "play", "piece": 1}"#).status == 404)
      // What cannot be had is refused with the reason; what is heard stays.
      for (body, reason) in [
        (#"{"output": "alsa:hw:99", "volume": 1}"#, "hw:99"),
        (#"{"synthesizer": "fluidsynth", "soundfont": "/nowhere/at-all.sf2"}"#, "/nowhere/at-all.sf2"),
      ] {
        let refused = try fixture.ask("PATCH", "/api/player", body)
        #expect(refused.status == 409 && refused.body.contains(reason), "\(refused)")
      }
      let device = await conductor.device()
      #expect(device.isOpen && device.target == "null" && device.synthesizer == "sine")
      #expect(await conductor.playerState()?.volume == 0.25)
      #expect(try fixture.ask("PATCH", "/api/player", #"{"output": "none"}"#).status == 200)
      try await waits(for: "silence") { await !conductor.device().isOpen }
      await conductor.end()
      await running
    #endif
    await fixture.end()
  }

  @Test(
    arguments: [
      ("POST", "/api/session", #"{"action": "explode"}"#), ("POST", "/api/session", #"{"action": 1}"#),
      ("POST", "/api/session", "{}"), ("POST", "/api/session", "[]"), ("POST", "/api/session", "{"),
      ("POST", "/api/session", #"{"action": "start", "more": 1}"#),
      ("POST", "/api/session", String(repeating: "[", count: 60_000)),
      ("PATCH", "/api/rules", #"{"weights": {"lines": "2"}}"#),
      ("PATCH", "/api/rules", #"{"weights": {"lines": 1e300}}"#),
      ("PATCH", "/api/rules", #"{"weights": {}}"#), ("PATCH", "/api/rules", #"{"weights": {"lines": true}}"#),
      ("PATCH", "/api/player", #"{"volume": 1.5}"#), ("PATCH", "/api/player", #"{"output": "alsa:file:/etc/passwd"}"#),
      ("PATCH", "/api/player", #"{"output": "alsa:{type hw card 0}"}"#),
      ("PATCH", "/api/player", #"{"output": "alsa:"}"#),
      ("PATCH", "/api/player", #"{"soundfont": "a\u0000b"}"#), ("POST", "/api/player", #"{"action": "play"}"#),
      ("POST", "/api/player", #"{"action": "skip", "piece": 1}"#),
      ("POST", "/api/player", #"{"action": "play", "piece": 1e99}"#),
      ("GET", "/api/pieces?limit=0", nil), ("GET", "/api/pieces?limit=99999999999999999999", nil),
      ("GET", "/api/pieces?order=up", nil), ("GET", "/api/pieces?nothing=1", nil), ("GET", "/api/pieces?kept=1", nil),
      ("GET", "/api/pieces?limit=1&limit=2", nil), ("GET", "/api/pieces?minimum_score=nan", nil),
      ("GET", "/api/pieces?since=yesterday", nil),
    ] as [(String, String, String?)])
  func badRequestsAreRefusedInOneLine(method: String, target: String, body: String?) async throws {
    let fixture = try await ControlFixture()
    let answer = try fixture.ask(method, target, body)
    #expect(answer.status == 400, "\(answer)")
    #expect(try object(answer.body)["error"] is String)
    await fixture.end()
  }

  @Test func unknownPathsAndMethods() async throws {
    let fixture = try await ControlFixture()
    #expect(try fixture.ask("GET", "/nothing").status == 404)
    #expect(try fixture.ask("GET", "/api/pieces/x").status == 404)
    let answer = try fixture.client.ask("PUT", "/api/rules", body: Data("{}".utf8))
    #expect(answer.status == 405)
    #expect(answer.headers["allow"] == "DELETE, GET, PATCH")
    let long = "{\"action\": \"\(String(repeating: "x", count: 70_000))\"}"
    #expect(try fixture.ask("POST", "/api/session", long).status == 413)
    await fixture.end()
  }
}
