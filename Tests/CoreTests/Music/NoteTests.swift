import Testing

@testable import Core

@Suite struct NoteTests {
  @Test func runsBecomeNotesLowestFirst() throws {
    let roll = try #require(PianoRoll(rowTexts: ["0110", "1111"]))
    let piece = Piece(
      roll: roll, settings: PerformanceSettings(), score: ScoreBreakdown(entries: []), provenance: nil)
    let notes = piece.notes
    #expect(notes.map(\.degree) == [0, 1])
    #expect(notes.map(\.pitch.key) == [60, 61])
    #expect(notes.map(\.endStep) == [4, 3])
    #expect(notes.map(\.durationSeconds) == [2, 1])
  }

  @Test(arguments: [("C4", 60), ("A0", 21), ("Db4", 61), ("C-1", 0), ("G9", 127), ("B#3", 60), ("Cb4", 59)])
  func noteNames(name: String, number: Int) {
    #expect(MIDIKey(name: name)?.number == number)
  }

  @Test(arguments: ["", "H4", "C", "G#9", "C-2", "4C", "c4", "C+4", "C99999999999999999999"])
  func notNames(name: String) {
    #expect(MIDIKey(name: name) == nil)
  }
}
