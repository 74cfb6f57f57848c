/// `files` of the configuration: files of a piece that not everybody wants.
public struct FileOptions: Sendable, Hashable {
  /// `stems`: a sound file for every part of a piece in parts.
  public var hasStems = false
  /// `strict_midi`: a MIDI file in exact time beside a performed one.
  public var hasStrictMIDI = false
  /// `pdf`: an engraved score of a piece in parts.
  public var hasPDF = false
  /// Whether only the roll and `piece.json` are written, which all else can be made from again; no key says so.
  public var isSourceOnly = false

  /// None.
  public init() {}

  /// Reads the section.
  public init(_ section: ConfigurationSection) throws(ConfigurationError) {
    hasStems = try section.boolean("stems", default: false)
    hasStrictMIDI = try section.boolean("strict_midi", default: false)
    hasPDF = try section.boolean("pdf", default: false)
  }
}
