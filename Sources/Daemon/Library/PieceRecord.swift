public import Foundation

/// What the library knows of a piece without opening its folder: one row.
public struct PieceRecord: Sendable, Hashable, Codable, Identifiable {
  /// One rule's part in the score.
  public struct RuleScore: Sendable, Hashable, Codable {
    /// The rule's name in the configuration.
    public var rule: String
    /// The rule's own score.
    public var raw: Double
    /// What it was multiplied by.
    public var coefficient: Double

    /// A part of these numbers.
    public init(rule: String, raw: Double, coefficient: Double) {
      self.rule = rule
      self.raw = raw
      self.coefficient = coefficient
    }
  }

  /// Grows from piece to piece, also when the clock is set back: microseconds since 1970, or the last number and one.
  public var id: Int64
  /// When it was finished, by the clock.
  public var time: Date
  /// The session it belongs to; nil for a piece that came from elsewhere.
  public var session: Int64?
  /// The training's seed; nil if unknown.
  @TextInJSON public var seed: UInt64?
  /// Populations trained before it; nil if unknown.
  public var population: Int?
  /// SHA-256 of the effective configuration; nil if unknown.
  public var configurationDigest: String?
  /// Weighted sum of the rules' scores.
  public var score: Double
  /// The rules' parts.
  public var scores: [RuleScore]
  /// Name of the tuning.
  public var tuning: String
  /// Length of the roll, seconds.
  public var seconds: Double
  /// -1 down, 0 none, 1 up.
  public var rating: Int
  /// Whether it stays whatever the retention says.
  public var isKept: Bool
  /// Bytes of its folder's files.
  public var bytes: Int64
  /// Name of its folder in the output folder.
  public var folder: String
  /// What the user calls it by, sorted.
  public var tags: [String] = []
  /// What the user has to say of it.
  public var note: String = ""

  /// What people call it: made from seed and scores, so the same in every life of the library.
  public internal(set) var name = ""

  /// The most tags, their length and a note's in bytes.
  public static let (tagLimit, tagLength, noteLength) = (16, 40, 2000)
}

/// Which pieces are wanted, in which order.
public struct PieceFilter: Sendable, Hashable {
  /// The order of a listing.
  public enum Order: String, Sendable, Hashable, CaseIterable {
    /// The newest first.
    case newest
    /// The oldest first.
    case oldest
    /// The best score first.
    case score
  }

  /// Only those that were kept, or were not.
  public var isKept: Bool?
  /// Only those with this rating.
  public var rating: Int?
  /// Only those of a session.
  public var session: Int64?
  /// Only those with at least this score.
  public var minimumScore: Double?
  /// Only those in a tuning of this name.
  public var tuning: String?
  /// Only those from this time on.
  public var since: Date?
  /// Only those before this time.
  public var until: Date?
  /// Only those whose name, tags or note have this text in them, in any case.
  public var text: String?
  /// Only those with this tag.
  public var tag: String?
  /// The order.
  public var order = Order.newest

  /// All pieces, the newest first.
  public init() {}
}

/// A part of a listing.
public struct PiecePage: Sendable, Hashable, Codable {
  /// Pieces that the filter lets through, on all pages.
  public var total: Int
  /// Those before this page.
  public var offset: Int
  /// This page.
  public var pieces: [PieceRecord]
}

/// A session: one training with the pieces that came of it.
public struct SessionRecord: Sendable, Hashable, Codable, Identifiable {
  /// Its number, from 1.
  public var id: Int64
  /// When it began.
  public var started: Date
  /// When it ended; nil if it goes on, or was cut off.
  public var ended: Date?
  /// Its seed.
  @TextInJSON public var seed: UInt64
  /// The favourite piece whose weights it began with; nil if it began afresh.
  public var origin: Int64?
  /// Populations trained.
  public var populations: Int
  /// The configuration's digest.
  public var configurationDigest: String
}

/// That a piece was heard.
public struct PlayRecord: Sendable, Hashable, Codable {
  /// The piece.
  public var piece: Int64
  /// When it began.
  public var time: Date
  /// Seconds of it that were heard; nil while it is being played.
  public var seconds: Double?
}
