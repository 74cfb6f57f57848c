#if Playback
  import Core
  import Foundation
  import Logging
  import Testing

  @testable import Daemon
  @testable import Playback

  /// A listener rates what he hears; the daemon hears of it soon.
  @Suite(.timeLimit(.minutes(5))) struct RatingWhileListeningTests {
    private let folder: TestFolder
    private let system = FakeSoundSystem()

    init() throws { folder = try TestFolder() }

    private func weights(_ piece: Piece) -> [String: Double] {
      Dictionary(piece.score.entries.map { ($0.rule, $0.coefficient) }, uniquingKeysWith: { first, _ in first })
    }

    /// What the listener likes and does not say.
    private func pleasure(_ piece: Piece) -> Double {
      func raw(_ rule: String) -> Double { piece.score.entries.first { $0.rule == rule }?.raw ?? 0 }
      return 2 * raw("absence_of_outer_notes") + raw("conjunct_motion")
    }

    /// Whatever moves the weights while a piece is heard has judged the second piece after it.
    @Test(arguments: ["heard", "free"]) func whatComesNextIsAnotherWithinTwoPieces(rate: String) async throws {
      var configuration = try testConfiguration(
        "sessions: {populations: 2, pieces: 3, rate: \(rate)}, steering: {enabled: true}",
        coefficients: "lines: 1, consonances: 1, conjunct_motion: 1, absence_of_outer_notes: 1", play: "alsa:hw:1",
        playback: "follow: final")
      configuration.audio.keepsFiles = false
      let conductor = Conductor(
        configuration: configuration, file: nil, library: try folder.library(),
        logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
      await conductor.use(system.opening)
      let run = Task { await conductor.run() }
      try await waits(for: "sound") { system.output("alsa:hw:1")?.playingIndex != nil }
      let output = try #require(system.output("alsa:hw:1"))
      var heard: [Double] = []
      // Weights after each rating, and the piece that was heard then.
      var history: [(weights: [String: Double], index: Int)] = []
      for _ in 0..<12 {
        try await waits(for: "a piece of the library") { await conductor.playerState()?.piece != nil }
        let index = try #require(output.playingIndex)
        let id = try #require(await conductor.playerState()?.piece)
        heard.append(pleasure(output.pieces[index]))
        let middle = heard.sorted()[heard.count / 2]
        _ = try await conductor.rate(id, heard.last == heard.max() || (heard.last ?? 0) > middle ? 1 : -1)
        let rules = await conductor.rules()
        let weights = Dictionary(rules.map { ($0.rule, $0.weight) }, uniquingKeysWith: { first, _ in first })
        if weights != history.last?.weights { history.append((weights, index)) }
        // He listens for a while; in that time the daemon composes.
        try await waits(for: "weights taken over") { await !conductor.weights.hasNews }
        try await waits(for: "what comes next") { await (conductor.sound.piecesAhead() ?? 0) > 0 }
        output.finishOne()
        try await waits(for: "the next piece") { output.playingIndex ?? 0 > index }
      }
      await conductor.end()
      await run.value
      #expect(history.count > 4)
      let pieces = output.pieces
      for (number, entry) in history.enumerated() where entry.index + 2 < pieces.count && number > 0 {
        let found = weights(pieces[entry.index + 2])
        let newest = history.lastIndex { entry in
          found.allSatisfy { abs((entry.weights[$0.key] ?? 0) - $0.value) < 1e-12 }
        }
        #expect((newest ?? -1) >= number, "two pieces after \(entry.index): \(found), asked for \(entry.weights)")
      }
    }
  }
#endif
