#if Playback
  import Core
  import Testing

  @testable import Playback

  /// Several parts live: both engines against their files, the limiter, the tails, the programs.
  @Suite struct PartsSoundTests {
    private typealias Sound = OfflineRenderer.Sound

    /// A piece as the sine synthesizer's file has it.
    private func file(_ piece: Piece, timbres: [String: Timbre], parts: Set<Int>? = nil) throws -> Sound {
      var renderer = try PieceRenderer(piece, timbres: timbres, sampleRate: 48_000, tail: .seconds(2), parts: parts)
      var left = [Float](repeating: 0, count: PieceRenderer.blockFrames)
      var right = left
      var sound = Sound()
      while true {
        let count = renderer.render(left: &left, right: &right)
        if count == 0 { return sound }
        sound.left += left[..<count]
        sound.right += right[..<count]
      }
    }

    /// An engine for a piece, opened as `PieceSound` opens its own: a trial of the first program is heard before.
    private func engine(for piece: Piece) throws -> FluidSynthEngine {
      try OwnSoundfont.withFile {
        try FluidSynthEngine(sampleRate: 48_000, soundfont: $0, programs: piece.parts.map(\.program)) { _ in }
      }
    }

    @Test func everyPartHasItsTimbreLiveAsInTheFile() throws {
      let (piece, timbres) = (PartsPiece.trio(), try PartsPiece.timbres())
      let file = try file(piece, timbres: timbres)
      let live = OfflineRenderer.render(
        [piece], with: SineEngine(sampleRate: 48_000, timbres: timbres), blockFrames: 777)
      let count = min(file.left.count, live.left.count)
      #expect(count > 24_000)
      #expect(file.left[..<count] == live.left[..<count] && file.right[..<count] == live.right[..<count])
      // Not one timbre for all.
      var alike = piece
      for part in alike.parts.indices { alike.parts[part].timbre = "brass" }
      let other = OfflineRenderer.render([alike], with: SineEngine(sampleRate: 48_000, timbres: timbres))
      #expect(other.left[..<20_000] != live.left[..<20_000])
    }

    /// What is rendered to a file goes through the same engine, so the samples are the same; the parts' programs are
    /// heard.
    @Test func everyPartHasItsProgramLiveAsInTheFile() throws {
      var piece = PartsPiece.trio()
      // So quiet that the limiter, which is only in the live sound, does nothing.
      for part in piece.parts.indices {
        for note in piece.parts[part].notes.indices { piece.parts[part].notes[note].velocity = 30 }
      }
      let live = OfflineRenderer.render([piece], with: try engine(for: piece))
      var configuration = try Configuration(text: "", file: "c").playback
      configuration.synthesizer = .fluidsynth
      try OwnSoundfont.withFile { font in
        configuration.soundfont = font.path
        let sound = try PieceSound(piece, configuration: configuration, sampleRate: 48_000) { _ in }
        var (left, right) = ([Float](repeating: 0, count: 1024), [Float](repeating: 0, count: 1024))
        var file: [Float] = []
        while file.count < 40_960, sound.render(left: &left, right: &right, frameCount: 1024) > 0 { file += left }
        let signal = Audio.signalToNoise(live.left[..<40_000], file[..<40_000])
        #expect(signal > 90, "\(signal) dB")
      }
      var alike = piece
      for part in alike.parts.indices { alike.parts[part].program = 73 }
      let other = OfflineRenderer.render([alike], with: try engine(for: piece))
      #expect(Audio.signalToNoise(other.left[..<40_000], live.left[..<40_000]) < 20)
    }

    @Test func loudPartsTogetherAreLimited() throws {
      let (piece, timbres) = (PartsPiece.trio(volume: 1.5), try PartsPiece.timbres())
      let file = try file(piece, timbres: timbres)
      #expect(file.left.contains { abs($0) > 1.2 })
      let live = OfflineRenderer.render([piece], with: SineEngine(sampleRate: 48_000, timbres: timbres))
      #expect(live.left.allSatisfy { abs($0) <= 1 } && live.right.allSatisfy { abs($0) <= 1 })
      #expect(live.left.contains { abs($0) > 0.5 })
    }

    /// The sound ends with the longest tail of all parts, and holds those of all.
    @Test func tailsOfAllPartsAreHeard() throws {
      var piece = PartsPiece.trio()
      // The upper part ends early and rings longest.
      piece.parts[0].notes = [PartNote(onset: 0, duration: 7, degree: 76, velocity: 100)]
      let timbres = try PartsPiece.timbres()
      let whole = OfflineRenderer.render([piece], with: SineEngine(sampleRate: 48_000, timbres: timbres))
      let alone = piece.parts.indices.map { index in
        OfflineRenderer.render([piece.solo(index)], with: SineEngine(sampleRate: 48_000, timbres: timbres)).left
      }
      #expect(whole.left.count >= (alone.map(\.count).max() ?? 0) - 1024)
      for frame in stride(from: 0, to: whole.left.count, by: 37) {
        let sum = alone.reduce(0) { $0 + (frame < $1.count ? $1[frame] : 0) }
        #expect(abs(whole.left[frame] - sum) < 1e-5)
      }
    }

    @Test func aTailOfGivenLengthIsKept() throws {
      let piece = PartsPiece.trio()
      var configuration = try Configuration(text: "", file: "c").playback
      configuration.synthesizer = .fluidsynth
      try OwnSoundfont.withFile { font in
        configuration.soundfont = font.path
        for (seconds, expected) in [(0.0, 23_040), (2.5, 143_040), (60, 2_903_040)] {
          let sound = try PieceSound(
            piece, configuration: configuration, sampleRate: 48_000, tail: .seconds(seconds)
          ) { _ in }
          var (left, right) = ([Float](repeating: 0, count: 4096), [Float](repeating: 0, count: 4096))
          var count = 0
          while case let frames = sound.render(left: &left, right: &right, frameCount: 4096), frames > 0 {
            count += frames
          }
          #expect(count == expected)
          #expect(seconds < 60 || left.allSatisfy { $0 == 0 })
        }
      }
    }

    /// Before its first note every channel has its bank, its program and its place, and whoever comes in the middle is
    /// told all of them.
    @Test func programsComeBeforeTheFirstNoteAndToWhoComesLater() throws {
      let performance = SequencerPerformance(PartsPiece.trio())
      var programs: [UInt8: UInt8] = [:]
      var missing = 0
      for event in performance.events {
        if case .programChange(let channel, let program) = event.message { programs[channel] = program }
        if case .noteOn(let channel, _, _) = event.message, programs[channel] == nil { missing += 1 }
      }
      #expect(missing == 0 && programs == [0: 73, 1: 42, 2: 0])
      var timeline = SequencerTimeline(sendsClock: false)
      timeline.enqueue(1, performance, now: 0)
      // Two of three parts have begun.
      while let due = timeline.next(before: SequencerTimeline.lead + 200_000_000) { timeline.confirm(due) }
      var told: [UInt8: [String]] = [:]
      for message in timeline.setup {
        switch message {
        case .programChange(let channel, let program): told[channel, default: []].append("program \(program)")
        case .controlChange(let channel, let controller, let value):
          told[channel, default: []].append("control \(controller) \(value)")
        default: Issue.record("\(message)")
        }
      }
      let bank = ["control 0 0", "control 32 0"]
      #expect(
        told == [
          0: bank + ["program 73", "control 10 32"], 1: bank + ["program 42", "control 10 64"],
          2: bank + ["program 0", "control 10 108"],
        ])
    }
  }
#endif
