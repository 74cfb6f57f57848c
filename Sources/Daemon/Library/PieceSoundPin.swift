internal import Core
internal import Foundation

/// `sound.json` in a piece's folder: what its sound depends on beyond `piece.json`, so that it sounds in a year as it did.
public struct PieceSoundPin: Sendable, Hashable, Codable {
  static let name = "sound.json"
  private static let currentVersion = 1

  /// A soundfont that was in force.
  public struct Font: Sendable, Hashable, Codable {
    /// Where it was.
    public var path: String
    /// SHA-256 of its bytes, 64 hexadecimal digits.
    public var sha256: String

    /// A font of these values.
    public init(path: String, sha256: String) {
      self.path = path
      self.sha256 = sha256
    }
  }

  private var version = Self.currentVersion
  /// The sine synthesizer's timbres, by the names that the parts have for them.
  var timbres: [String: Timbre]
  /// What the piece was heard through: `sine`, `fluidsynth`.
  var synthesizer: String
  /// The soundfont; nil where none was used, or the program's own.
  var soundfont: Font?

  /// What a piece sounds by.
  ///
  /// - Parameter timbres: those of today.
  init(_ piece: Piece, timbres: [String: Timbre], synthesizer: String = "sine", soundfont: Font? = nil) {
    self.timbres = Dictionary(
      piece.parts.map { ($0.timbre, timbres[$0.timbre] ?? .standard) }, uniquingKeysWith: { first, _ in first })
    self.synthesizer = synthesizer
    self.soundfont = soundfont
  }

  var bytes: [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    return Array(((try? encoder.encode(self)) ?? Data()) + Data("\n".utf8))
  }

  /// nil if the folder has none that makes sense: the timbres of today are used then.
  static func read(folder: String) -> PieceSoundPin? {
    guard let bytes = try? InputFile.read("\(folder)/\(name)", limit: 1 << 18, as: "what a piece sounds by"),
      let pin = try? JSONDecoder().decode(PieceSoundPin.self, from: Data(bytes)), pin.version == currentVersion,
      pin.timbres.values.allSatisfy({ timbre in
        (1...64).contains(timbre.partials.count)
          && timbre.partials.allSatisfy { partial in
            partial.effects.count <= 8
              && partial.effects.allSatisfy { $0.shiftSeconds <= SoundEffect.longestVibratoShift }
          }
      })
    else { return nil }
    return pin
  }

  /// What is no longer there, in one line; nil if all is.
  func loss() -> String? {
    guard let soundfont else { return nil }
    guard FileManager.default.fileExists(atPath: soundfont.path) else {
      return "the soundfont \(soundfont.path) that it was heard through is no longer there"
    }
    guard SoundfontDigests.shared.digest(of: soundfont.path) == soundfont.sha256 else {
      return "the soundfont \(soundfont.path) is another one than it was heard through"
    }
    return nil
  }
}
