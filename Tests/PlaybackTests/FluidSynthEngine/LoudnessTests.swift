#if Playback
  import Core
  import Foundation
  import Testing

  @testable import Playback

  /// Whoever changes the synthesizer does not have to change the volume.
  @Suite struct LoudnessTests {
    /// About as many notes as a trained agent writes.
    private var piece: Piece {
      var state: UInt64 = 1
      var roll = PianoRoll(rowCount: 25, stepCount: 25)
      for step in 0..<24 {
        for row in 0..<25 {
          state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
          if state >> 33 < 1 << 28 { roll[row, step] = true }
        }
      }
      return Piece(
        roll: roll, settings: PerformanceSettings(), score: ScoreBreakdown(entries: []), provenance: nil)
    }

    /// Mean power of the piece, dB below full scale.
    private func level(_ piece: Piece, _ engine: any SoundEngine) -> Double {
      let sound = OfflineRenderer.render([piece], with: engine)
      let count = Int(piece.seconds * 48_000)
      let power = zip(sound.left[..<count], sound.right[..<count]).reduce(0.0) {
        $0 + Double($1.0 * $1.0 + $1.1 * $1.1) / 2
      }
      return 10 * log10(power / Double(count))
    }

    @Test(arguments: [0, 11, 16, 24, 32, 48, 68, 70, 71, 73, 80])
    func bothEnginesAreAboutAsLoud(program: Int) throws {
      var piece = piece
      piece.parts[0].program = program
      let sine = level(piece, SineEngine(sampleRate: 48_000))
      let own = level(piece, try OwnSoundfont.withFile { try FluidSynthEngine(sampleRate: 48_000, soundfont: $0) })
      print("program \(program): sine \(sine) dB, FluidSynth \(own) dB")
      #expect(abs(own - sine) < 2)
    }
  }
#endif
