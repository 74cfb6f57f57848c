#if Playback
  import Core
  import Testing

  @testable import Playback

  /// What is left of a performance where another's clock is followed.
  @Suite struct FollowedTimeTests {
    @Test func loudnessAndLengthStayOnsetsDoNot() {
      var piece = TestPiece.melody([24, 20, 17], steps: 6, stepSeconds: 0.25)
      let count = piece.parts[0].notes.count
      var interpretation = Interpretation(of: piece)
      interpretation.tempo =
        TempoMap([.init(step: 0, stepSeconds: 0.2), .init(step: 3, stepSeconds: 0.4)]) ?? piece.tempo
      for note in 0..<count {
        interpretation.deviations[0][note] = .init(
          onsetSeconds: 0.02, durationSeconds: -0.05, decibels: note == 0 ? 6 : -6)
      }
      piece.interpretation = interpretation
      let even = piece.evenlyPaced
      #expect(even.performedTempo.isConstant && even.performedTempo.stepSeconds(at: 0) == 0.25)
      for note in even.notes {
        #expect(note.onsetSeconds == Double(note.onsetStep) * 0.25)
        // What it began later and lost by that go together.
        #expect(abs(note.durationSeconds - (Double(note.endStep - note.onsetStep) * 0.25 - 0.03)) < 1e-9)
      }
      #expect(even.notes.map(\.gain) == piece.notes.map(\.gain))
      #expect(Set(even.notes.map(\.gain)).count == 2)
    }

    @Test func whatIsTypedStaysAsItIs() {
      let piece = TestPiece.melody([24, 20], steps: 4, stepSeconds: 0.25)
      #expect(piece.evenlyPaced.notes == piece.notes)
    }
  }
#endif
