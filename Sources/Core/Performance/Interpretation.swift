/// How a piece is played where that differs from the score: a tempo map of its own, and deviations note by note.
///
/// Rules of performance are functions that change one of these; `Piece.notes` obeys what stands in the end, so every
/// exporter, every engine and the MIDI port play the same.
public struct Interpretation: Sendable, Hashable {
  /// What one note has of its own.
  public struct Deviation: Sendable, Hashable {
    /// Seconds by which it begins later than the tempo map says.
    public var onsetSeconds = 0.0
    /// Seconds by which it sounds longer.
    public var durationSeconds = 0.0
    /// By how much it is louder than its velocity says.
    public var decibels = 0.0

    /// None.
    public static let none = Deviation()

    /// A deviation of these parts.
    public init(onsetSeconds: Double = 0, durationSeconds: Double = 0, decibels: Double = 0) {
      self.onsetSeconds = onsetSeconds
      self.durationSeconds = durationSeconds
      self.decibels = decibels
    }
  }

  /// The shortest that a note may become, in seconds.
  public static let shortestSeconds = 0.01

  /// How long steps last when the piece is played: one tempo map for all parts.
  public var tempo: TempoMap
  /// For every part, in the order of its `notes`, what each note has; a part or note that is not in it has none.
  public var deviations: [[Deviation]]

  /// An interpretation of these parts.
  public init(tempo: TempoMap, deviations: [[Deviation]] = []) {
    self.tempo = tempo
    self.deviations = deviations
  }

  /// Exact time: the score's tempo, and a deviation of nothing for every note, to be changed.
  public init(of piece: Piece) {
    tempo = piece.tempo
    deviations = piece.parts.map { Array(repeating: .none, count: $0.notes.count) }
  }

  /// What a note has.
  func deviation(part: Int, note: Int) -> Deviation {
    deviations.indices.contains(part) && deviations[part].indices.contains(note) ? deviations[part][note] : .none
  }

  /// Whether any note begins or ends elsewhere than on the steps of the tempo map.
  var leavesSteps: Bool {
    deviations.contains { $0.contains { $0.onsetSeconds != 0 || $0.durationSeconds != 0 } }
  }
}
