/// The piece that another one was made from.
public struct PieceParent: Sendable, Hashable {
  /// What its folder is called.
  public var name: String
  /// SHA-256 of its `piece.json`, hexadecimal: a folder may be renamed.
  public var digest: String
  /// What was kept of it: `theme`, `section A`, `part Melody`, `plan`.
  public var kept: [String]
  /// What was asked to be different: `transpose 2`, `tempo 72`, `meter 3/4`, `style waltz`.
  public var changed: [String]

  /// A parent of these parts.
  public init(name: String, digest: String, kept: [String], changed: [String]) {
    (self.name, self.digest, self.kept, self.changed) = (name, digest, kept, changed)
  }
}
