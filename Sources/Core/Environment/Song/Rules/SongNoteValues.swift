/// A bar of the melody has at least two note values: + 0.4, else - 0.4; rests within phrases cost 0.05, in other parts 0.3.
///
/// Source: own.
enum SongNoteValues: SongRule {
  static let name = "note_values"
  static let coefficient = 1.0
}
