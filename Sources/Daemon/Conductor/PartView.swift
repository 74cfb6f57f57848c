internal import Core

/// A part of a piece, as whoever draws it wants it.
public struct PartView: Sendable, Hashable, Codable {
  /// What it is called.
  public var name: String
  /// Whether it was given and not composed.
  public var isGiven: Bool
  /// `[row of the roll, first step, step after the last]` for every note: repeated notes are apart here.
  public var notes: [[Int]]

  /// The parts of a piece; nil for a roll's, whose rows say everything.
  static func parts(of piece: Piece) -> [PartView]? {
    guard !piece.isRoll else { return nil }
    let top = piece.degrees.lowerBound + piece.roll.rowCount - 1
    return piece.parts.map { part in
      PartView(
        name: part.name, isGiven: part.isGiven, notes: part.notes.map { [top - $0.degree, $0.onset, $0.end] })
    }
  }
}
