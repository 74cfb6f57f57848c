#if Playback
  import Core
  import Testing

  @testable import Playback

  @Suite struct SineEngineTests {
    /// The piece as the WAV file has it.
    private func file(_ piece: Piece, sampleRate: Int) throws -> (left: [Float], right: [Float]) {
      var renderer = try PieceRenderer(piece, sampleRate: Double(sampleRate))
      var left = [Float](repeating: 0, count: PieceRenderer.blockFrames)
      var right = left
      var sound: (left: [Float], right: [Float]) = ([], [])
      while true {
        let count = renderer.render(left: &left, right: &right)
        if count == 0 { return sound }
        sound.left += left[..<count]
        sound.right += right[..<count]
      }
    }

    @Test(arguments: [44_100, 48_000])
    func liveSoundIsTheFilesSound(sampleRate: Int) throws {
      var piece = TestPiece.melody([24, 20, 17, 12, 3], steps: 17, stepSeconds: 0.11)
      piece.parts[0].location = ConfigurationNumber(-0.5)
      let file = try file(piece, sampleRate: sampleRate)
      let live = OfflineRenderer.render([piece], with: SineEngine(sampleRate: sampleRate), blockFrames: 777)
      let count = min(file.left.count, live.left.count)
      #expect(count > sampleRate)
      #expect(file.left[..<count] == live.left[..<count])
      #expect(file.right[..<count] == live.right[..<count])
    }

    @Test func theRoomIsTheFilesRoomAndRingsOut() throws {
      let piece = TestPiece.melody([24, 12, 3], steps: 9, stepSeconds: 0.1)
      var renderer = try PieceRenderer(piece, sampleRate: 48_000, room: 0.25)
      var (left, right) = ([Float](repeating: 0, count: PieceRenderer.blockFrames), [Float]())
      right = left
      var file: [Float] = []
      while case let count = renderer.render(left: &left, right: &right), count > 0 { file += left[..<count] }
      let engine = ReverberantEngine(SineEngine(sampleRate: 48_000), room: 0.25)
      let live = OfflineRenderer.render([piece], with: engine, blockFrames: 777).left
      let count = min(file.count, live.count)
      #expect(count > 60_000)
      #expect(file[..<count] == live[..<count])
      #expect(file != OfflineRenderer.render([piece], with: SineEngine(sampleRate: 48_000)).left)
      // Heard after the last note, and over some time after that.
      let end = Int(0.9 * 48_000)
      #expect(live[(end + 4800)..<(end + 9600)].contains { abs($0) > 1e-4 })
      #expect(live.count < 5 * 48_000)
      // Silence is silence at once.
      engine.panic()
      var (a, b) = ([Float](repeating: 1, count: 480), [Float](repeating: 1, count: 480))
      engine.render(left: &a, right: &b, frameCount: 480)
      #expect(a.allSatisfy { $0 == 0 } && b.allSatisfy { $0 == 0 })
    }

    @Test func mutedPartsDoNotBegin() {
      var piece = TestPiece.melody([24], steps: 9, stepSeconds: 0.1)
      var second = piece.parts[0]
      for index in second.notes.indices { second.notes[index].degree = 5 }
      piece.parts.append(second)
      let all = OfflineRenderer.render([piece], with: SineEngine(sampleRate: 48_000)).left
      let muting = PartMute(SineEngine(sampleRate: 48_000))
      #expect(OfflineRenderer.render([piece], with: muting).left == all)
      for part in 0...1 {
        let engine = PartMute(SineEngine(sampleRate: 48_000))
        engine.mute([part, 99, -1])
        let rest = OfflineRenderer.render([piece.solo(1 - part)], with: SineEngine(sampleRate: 48_000)).left
        #expect(OfflineRenderer.render([piece], with: engine).left == rest)
      }
      let silent = PartMute(SineEngine(sampleRate: 48_000))
      silent.mute([0, 1])
      #expect(OfflineRenderer.render([piece], with: silent).left.allSatisfy { $0 == 0 })
    }

    @Test func piecesOverlapWithTheirOwnSynthesizers() throws {
      let piece = TestPiece.melody([24, 12], steps: 8, stepSeconds: 0.1)
      var roll = piece.roll
      roll[12, 7] = true
      var full = piece
      full.parts[0].notes =
        Piece(
          roll: roll, settings: PerformanceSettings(), score: piece.score, provenance: nil
        ).parts[0].notes
      let first = try file(full, sampleRate: 48_000).left
      let both = OfflineRenderer.render([full, piece], with: SineEngine(sampleRate: 48_000)).left
      #expect(both[..<38_400] == first[..<38_400])
      let second = try file(piece, sampleRate: 48_000).left
      #expect(both[38_400..<60_000] == second[..<21_600])
    }

    @Test func memoryComesBackOnceTheVoicesHaveEnded() {
      let engine = SineEngine(sampleRate: 48_000)
      let loop = RenderLoop(engine: engine, volume: 1)
      let timeline = engine.timeline(of: TestPiece.melody(steps: 3))
      #expect(loop.commands.push(RenderMessage(kind: .play, piece: timeline.contents)))
      var left = [Float](repeating: 0, count: 480)
      var right = left
      var kinds: [RenderMessage.Kind] = []
      for _ in 0..<60 {
        loop.takeCommands()
        loop.render(left: &left, right: &right, frameCount: 480)
        if kinds.contains(.returned) { #expect(!engine.holds(timeline.contents)) }
        while let report = loop.reports.pop() { kinds.append(report.kind) }
      }
      #expect(kinds == [.started, .finished, .returned, .idle])
    }

    @Test func oddSettingsAreServed() {
      var piece = TestPiece.melody()
      piece.parts[0].timbre = "unknown"
      piece.parts[0].effects = "not JSON"
      piece.parts[0].volume = ConfigurationNumber(40)
      piece.tempo = TempoMap(stepSeconds: 0.0001)
      let sound = OfflineRenderer.render([piece], with: SineEngine(sampleRate: 48_000))
      #expect(sound.left.allSatisfy { abs($0) <= 1 })
    }
  }
#endif
