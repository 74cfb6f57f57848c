public import Core

/// A piece that a player is offered, and what it is to the listener.
public struct PlayerPiece: Sendable {
  /// What it is to the listener.
  public enum Role: Sendable, Hashable {
    /// The best of a population; `isImprovement`: better than all before.
    case population(Int, isImprovement: Bool)
    /// A finished piece, from 1.
    case final(Int)
    /// Read from a file or folder.
    case file(String)
    /// A piece of the daemon's library, by its number.
    case library(Int64)
    /// Composed in answer to what somebody played; its number once the daemon's library has it.
    case answer(Int64?)
  }

  /// What to play.
  public var piece: Piece
  /// What it is to the listener.
  public var role: Role

  /// Whether somebody asked for this very piece.
  public var isAskedFor: Bool

  /// What people call it; nil if it has no name.
  public var name: String?

  /// A piece with its role.
  public init(_ piece: Piece, role: Role, isAskedFor: Bool = false, name: String? = nil) {
    self.name = name
    self.piece = piece
    self.isAskedFor = isAskedFor
    self.role = role
  }

  /// Whether it is one of the pieces that are heard while the agent learns.
  var isFromTraining: Bool {
    if case .population = role { true } else { false }
  }

  /// `population 4`, `piece 1`, `result_...`: for the line on the terminal.
  public var title: String {
    switch role {
    case .population(let number, _): "population \(number)"
    case .final(let number): "piece \(number)"
    case .file(let name): name
    case .library(let number): "piece \(number)"
    case .answer: "answer"
    }
  }

  /// For those who listen from afar.
  var label: PieceLabel {
    if case .library(let id) = role { return PieceLabel(title: name ?? title, id: id) }
    return PieceLabel(title: name ?? title, id: nil)
  }

  /// The same with the first steps only.
  func excerpt(steps: Int?) -> PlayerPiece {
    guard let steps else { return self }
    var short = self
    short.piece = piece.excerpt(steps: steps)
    return short
  }
}
