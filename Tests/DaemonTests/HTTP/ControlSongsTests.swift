import Core
import Foundation
import Logging
import Testing

@testable import Daemon

/// Songs and styles, asked for by the Unix socket.
@Suite(.timeLimit(.minutes(10))) struct ControlSongsTests {
  private func object(_ text: String) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
  }

  /// A song of eight bars, with the agent of all zeros that composed it.
  private func addSong(_ fixture: ControlFixture, hasAgent: Bool = true) async throws -> PieceRecord {
    let configuration = try Configuration(
      text: "piece: {bars: 8}\nagent: {n_processes: 1}", file: "song.yml", style: Style.named("song"))
    let training = Training(configuration: configuration, seed: 2, threads: 1)
    let count = configuration.policyEnvironment.weightCount
    let agent = AgentWeightsFile(
      tensors: configuration.policyEnvironment.weightTensors, weights: Array(repeating: 0, count: count), seed: 2,
      population: 1, score: 0, configurationDigest: configuration.digest)
    let record = try fixture.conductor.library.write(
      training.composePiece(episode: 0), session: nil, weights: hasAgent ? agent : nil, audio: configuration.audio)
    try await fixture.conductor.library.add(record)
    return record
  }

  @Test func aSongTellsItsForm() async throws {
    let fixture = try await ControlFixture()
    let record = try await addSong(fixture)
    let answer = try fixture.ask("GET", "/api/pieces/\(record.id)/song")
    #expect(answer.status == 200)
    let song = try object(answer.body)
    #expect((song["parts"] as? [[String: Any]])?.compactMap { $0["name"] as? String }.count == 4)
    let bars = try #require(song["bars"] as? [[String: Any]])
    #expect(bars.count == 8 && song["steps_per_bar"] as? Int == 8)
    // What there is none of is said.
    #expect(song["parent"] is NSNull && bars[0]["to_bar"] is NSNull)
    let roll = try await fixture.addPieces(1)[0]
    #expect(try fixture.ask("GET", "/api/pieces/\(roll.id)/song").status == 409)
    #expect(try fixture.ask("POST", "/api/pieces/\(roll.id)/vary", #"{"keep": ["theme"]}"#).status == 409)
    await fixture.end()
  }

  @Test func aVariationComesAsANewPiece() async throws {
    let fixture = try await ControlFixture()
    let record = try await addSong(fixture)
    let conductor = fixture.conductor
    #expect(try fixture.ask("POST", "/api/pieces/\(record.id)/vary", #"{"keep": ["part=Bass"]}"#).status == 200)
    #expect(try fixture.ask("POST", "/api/pieces/\(record.id)/vary", #"{"transpose": 2, "tempo": 90}"#).status == 200)
    await conductor.writeUnwritten()
    let pieces = try await conductor.library.list(PieceFilter(), limit: 10).pieces
    #expect(pieces.count == 3)
    let made = try pieces.filter { $0.id != record.id }.map { try conductor.library.read($0) }
    #expect(Set(made.flatMap { $0.parent?.kept ?? [] }) == ["part Bass", "all"])
    #expect(made.allSatisfy { $0.parent?.name == record.folder })
    // And what was made can be varied again.
    let newest = try #require(pieces.first)
    #expect(try fixture.ask("POST", "/api/pieces/\(newest.id)/vary", #"{"meter": "3/4"}"#).status == 200)
    await conductor.writeUnwritten()
    #expect(try await conductor.library.list(PieceFilter(), limit: 10).total == 4)
    await fixture.end()
  }

  @Test func whatCannotBeIsSaid() async throws {
    let fixture = try await ControlFixture()
    let record = try await addSong(fixture, hasAgent: false)
    for (body, status, part) in [
      (#"{"keep": ["part=Drums"]}"#, 400, #"{"error":"keep: found 'part=Drums'; allowed: plan, theme"#),
      (#"{"keep": "theme"}"#, 400, "keep: found 'theme'; allowed"),
      (#"{"transpose": 25}"#, 400, "transpose: found 25; allowed"),
      (#"{"tempo": 5}"#, 400, "tempo: found 5; allowed"), (#"{"tempo": null}"#, 400, "tempo: found null; allowed"),
      (#"{"meter": "5/4"}"#, 400, "meter: found '5/4'; allowed"),
      (#"{"style": "roll"}"#, 400, "style: found 'roll'; allowed"),
      (#"{"style": "waltz", "transpose": 1}"#, 400, "transpose: found 1; allowed"), (#"{"chorus": 1}"#, 400, "chorus"),
      ("{}", 400, "keep"),
    ] {
      let answer = try fixture.ask("POST", "/api/pieces/\(record.id)/vary", body)
      #expect(answer.status == status && answer.body.contains(part), "\(body): \(answer)")
    }
    // Without an agent of its own it is varied by the shipped policy that is nearest.
    for body in [#"{"transpose": -1}"#, #"{"keep": ["theme"]}"#] {
      #expect(try fixture.ask("POST", "/api/pieces/\(record.id)/vary", body).status == 200)
    }
    #expect(try fixture.ask("POST", "/api/pieces/99/vary", #"{"transpose": 1}"#).status == 404)
    await fixture.end()
  }

  @Test func anAnswerCanBeVaried() async throws {
    let fixture = try await ControlFixture()
    let melody = #"{"text": "D4:2 F4:2 E4:2 D4:2 G4:4 F4:4", "kind": "theme"}"#
    let id = try #require(try object(try fixture.ask("POST", "/api/melody", melody).body)["piece"] as? Int)
    let answer = try fixture.ask("POST", "/api/pieces/\(id)/vary", #"{"keep": ["theme"]}"#)
    #expect(answer.status == 200, "\(answer)")
    await fixture.end()
  }

  /// What cannot be read is said with its file, and is no piece without a song.
  @Test func aDamagedPieceIsSaid() async throws {
    let fixture = try await ControlFixture()
    let record = try await addSong(fixture)
    let path = "\(fixture.conductor.library.path(of: record))/piece.json"
    for (text, part) in [("{}", "piece.json: format: found 'nothing'"), (nil, "piece.json: No such file")] {
      try FileManager.default.removeItem(atPath: path)
      try text.map { try Data($0.utf8).write(to: URL(filePath: path)) }
      for (method, name, body) in [("GET", "song", nil), ("POST", "vary", #"{"keep": ["theme"]}"#)] {
        let answer = try fixture.ask(method, "/api/pieces/\(record.id)/\(name)", body)
        #expect(answer.status == 409 && answer.body.contains(part), "\(answer)")
      }
    }
    await fixture.end()
  }

  @Test func aStyleIsChosenAndRemembered() async throws {
    let fixture = try await ControlFixture()
    let (conductor, folder) = (fixture.conductor, fixture.folder.path)
    let styles = try object(try fixture.ask("GET", "/api/styles").body)
    #expect((styles["styles"] as? [Any])?.count == Style.all.count && styles["style"] is NSNull)
    // Nobody can say how the configuration is read again.
    #expect(try fixture.ask("PATCH", "/api/styles", #"{"style": "waltz"}"#).status == 409)
    #expect(ChosenStyle.read(folder) == nil)
    await conductor.offerStyles {
      (try Configuration(text: "", file: "my.yml", style: ChosenStyle.read(folder)), "my.yml")
    }
    let chosen = try object(try fixture.ask("PATCH", "/api/styles", #"{"style": "waltz"}"#).body)
    #expect(chosen["style"] as? String == "waltz" && ChosenStyle.read(folder)?.name == "waltz")
    await conductor.adoptNext()
    #expect(await conductor.configuration.kind == .song)
    // Its soft rules are the sliders now.
    #expect(await conductor.rules().map(\.rule) == SongRuleRegistry.rules.map { $0.name })
    try await conductor.setWeights(["likeness": 2])
    #expect(try fixture.ask("PATCH", "/api/styles", #"{"style": "polka"}"#).status == 400)
    #expect(try fixture.ask("PATCH", "/api/styles", #"{"style": null}"#).status == 200)
    #expect(ChosenStyle.read(folder) == nil)
    await conductor.adoptNext()
    #expect(await conductor.configuration.kind == .pianoRoll)
    await fixture.end()
  }

  @Test func aSessionComposesSongs() async throws {
    let folder = try TestFolder()
    let text = """
      piece: {bars: 8}
      agent: {n_processes: 1, policy_gradient: {n_episodes_per_population: 8, n_episodes_per_update: 8}}
      playback: {play: none}
      daemon: {library: \(folder.path), sessions: {populations: 2, pieces: 2, rate: free}}
      """
    let configuration = try Configuration(text: text, file: "song.yml", style: Style.named("song"))
    let conductor = Conductor(
      configuration: configuration, file: nil, library: try folder.library(),
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    try await conductor.setWeights(["likeness": 3])
    async let running: Void = conductor.run()
    try await waits(for: "two songs") { try await conductor.library.list(PieceFilter(), limit: 1).total >= 2 }
    await conductor.end()
    await running
    for record in try await conductor.library.list(PieceFilter(), limit: 10).pieces {
      let piece = try conductor.library.read(record)
      #expect(piece.song != nil && piece.parts.count == 4)
      #expect(record.scores.first { $0.rule == "likeness" }?.coefficient == 3)
      _ = try SongStudy(piece, file: record.folder)
    }
  }
}
