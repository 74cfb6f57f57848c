/// What a piece is called for those who see it, and its number.
public struct PieceLabel: Sendable, Hashable {
  /// Its name.
  public var title: String
  /// Its number in the daemon's library; nil if it is not there.
  public var id: Int64?

  /// A label of these parts.
  public init(title: String, id: Int64?) {
    self.title = title
    self.id = id
  }
}

/// From a moment of the stream on, something else is heard: another piece, another place of it, or nothing.
public struct StreamMark: Sendable, Hashable, Codable {
  /// Seconds of the stream's own time.
  public var at: Double
  /// The piece's number in the library; nil if it is not there, or in silence.
  public var piece: Int64?
  /// Its name; nil in silence.
  public var title: String?
  /// Where the piece is then, seconds from its beginning.
  public var seconds: Double
  /// Whether it goes on from there; held, it does not.
  public var isMoving: Bool
}
