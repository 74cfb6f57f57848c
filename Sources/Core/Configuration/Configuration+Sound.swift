/// What a configuration says of the sound itself.
struct OwnSound: Sendable {
  /// Names of `timbres`.
  var timbreNames: Set<String> = []
  /// Whether it has `audio.reverb`.
  var hasReverb: Bool

  init(_ root: ConfigurationSection) throws(ConfigurationError) {
    hasReverb = root.isThere(["audio", "reverb"])
    for section in try root.sections("timbres") ?? [] { timbreNames.insert(try section.string("name", default: "")) }
  }
}

extension Configuration {
  /// What a piece sounds by beside what its parts say.
  public struct Sound: Sendable {
    /// By name.
    public var timbres: [String: Timbre]
    /// `audio.reverb`.
    public var reverb: Double
  }

  /// What a piece sounds by: what it was composed with, as far as it says that (songs do), and on top of it what this
  /// configuration says itself.
  ///
  /// - Parameter file: what errors call the piece's description.
  /// - Throws: `ConfigurationError` about what the song was composed with.
  public func sound(of piece: Piece, file: String) throws(ConfigurationError) -> Sound {
    var sound = Sound(timbres: timbres, reverb: audio.reverb)
    guard let text = piece.song?.configuration else { return sound }
    let root = try ConfigurationSection.root(text: text, file: "\(file): song.configuration")
    let composed = try TimbreConfiguration.read(root)
    sound.timbres.merge(composed.filter { !ownSound.timbreNames.contains($0.key) }) { $1 }
    if !ownSound.hasReverb { sound.reverb = try AudioSettings(root.section("audio")).reverb }
    return sound
  }
}
