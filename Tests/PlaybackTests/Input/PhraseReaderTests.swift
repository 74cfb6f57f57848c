#if Playback
  import Core
  import Testing

  @testable import Playback

  /// When a phrase is over, and on which beats it was played.
  @Suite struct PhraseReaderTests {
    private func reader(_ answer: String = "", meter: String = "4/4") throws -> PhraseReader {
      let playback = try Configuration(
        text: "playback: {meter: \(meter), answer: {kind: counterpoint, \(answer)}}", file: "x"
      ).playback
      return PhraseReader(playback.answer, meter: playback.meter)
    }

    /// Plays even notes, one a beat, and lets the last one go.
    private func play(
      _ keys: [Int], into reader: inout PhraseReader, from begin: Double = 10, beat: Double, quarters: Double? = nil
    ) {
      for (index, key) in keys.enumerated() {
        let time = begin + Double(index) * beat
        func where_(_ seconds: Double) -> Double? { quarters.map { $0 + (seconds - begin) / beat } }
        #expect(reader.take(.note(key: key, velocity: 80, seconds: time, quarters: where_(time))) == nil)
        let end = time + 0.9 * beat
        #expect(reader.take(.note(key: key, velocity: 0, seconds: end, quarters: where_(end))) == nil)
      }
    }

    @Test(arguments: [0.4, 0.6, 0.9]) func aBarOfRestEndsIt(_ beat: Double) throws {
      var reader = try reader()
      play([60, 62, 64, 65], into: &reader, beat: beat)
      let end = 10 + 3.9 * beat
      let deadline = try #require(reader.deadline)
      #expect(abs(deadline - end - 4 * beat) < 0.05 * beat)
      #expect(reader.advance(to: deadline - 0.01) == nil)
      let ending = reader.advance(to: deadline)
      let over = try #require(ending)
      let phrase = try over.phrase.get()
      #expect(phrase.notes.map(\.onset) == [0, 4, 8, 12])
      #expect(abs(over.beginning - 10) < 0.01 && abs(over.barSeconds - 4 * beat) < 0.01)
      #expect(reader.deadline == nil)
    }

    @Test func theMastersBarsCount() throws {
      var reader = try reader()
      // On the second beat of a bar, at 150 a minute.
      play([60, 62, 64, 65], into: &reader, beat: 0.4, quarters: 9)
      let ending = reader.take(.pedal(seconds: 12, quarters: 14))
      let over = try #require(ending)
      let phrase = try over.phrase.get()
      #expect(phrase.notes.map(\.onset) == [4, 8, 12, 16])
      #expect(abs(over.beginning - 9.6) < 1e-6 && abs(over.barSeconds - 1.6) < 1e-6)
    }

    @Test func aChosenKeyEndsIt() throws {
      var reader = try reader("end_note: C8")
      play([60, 62], into: &reader, beat: 0.5)
      let ending = reader.take(.note(key: 108, velocity: 9, seconds: 11.1, quarters: nil))
      let over = try #require(ending)
      #expect(try over.phrase.get().notes.map(\.degree) == [60, 62])
    }

    @Test func oneNoteIsAnsweredInWords() throws {
      var reader = try reader()
      play([60], into: &reader, beat: 0.5)
      let ending = reader.take(.pedal(seconds: 11, quarters: nil))
      let over = try #require(ending)
      #expect(throws: PhraseQuantizer.Refusal.self) { try over.phrase.get() }
    }

    @Test func aWaltzHasBarsOfThree() throws {
      var reader = try reader(meter: "3/4")
      play([60, 62, 64, 65, 67, 69], into: &reader, beat: 0.6)
      let deadline = try #require(reader.deadline)
      #expect(abs(deadline - (10 + 5.9 * 0.6) - 1.8) < 0.05)
      let ending = reader.advance(to: deadline)
      let over = try #require(ending)
      #expect(abs(over.barSeconds - 1.8) < 0.02)
    }

    @Test func aBarLineIsAfterNow() {
      let phrase = PhraseQuantizer.Refusal("nothing")
      let heard = PhraseListener.Heard(phrase: .failure(phrase), beginning: 1000, bar: 400, clear: 0)
      #expect(heard.barLine(after: 1000) == 1400 && heard.barLine(after: 1399) == 1400)
      #expect(heard.barLine(after: 1400) == 1800)
      #expect(PhraseListener.Heard(phrase: .failure(phrase), beginning: 0, bar: 0, clear: 0).barLine(after: 5) == nil)
    }
  }
#endif
