/// The kinds of audio file that pieces are written to.
public enum AudioContainer: String, Sendable, CaseIterable {
  /// RIFF WAVE; RF64 where the samples exceed 4 GiB.
  case wav
  /// FLAC, lossless; its samples are integers.
  case flac
  /// Ogg Vorbis, lossy.
  case ogg

  /// Reads a list such as `wav,flac`.
  ///
  /// - Returns: nil if it is empty, names something else or names something twice.
  public static func list(_ text: String) -> [AudioContainer]? {
    var list: [AudioContainer] = []
    for word in text.split(separator: ",", omittingEmptySubsequences: false) {
      let name = word.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()
      guard let container = AudioContainer(rawValue: String(name)), !list.contains(container) else { return nil }
      list.append(container)
    }
    return list
  }
}

/// How a sample is stored where the kind of file leaves the choice.
public enum SampleFormat: String, Sendable, CaseIterable {
  /// 32-bit float: keeps peaks above 1. (FLAC has none and takes 24-bit integers instead.)
  case float
  /// 16-bit integers.
  case pcm16
  /// 24-bit integers.
  case pcm24
}

/// `audio` of the configuration: the sound files of a piece.
public struct AudioSettings: Sendable, Hashable {
  /// `format`: the kinds of file, in the order they were named.
  public var containers: [AudioContainer] = [.wav]
  /// `sample_format`.
  public var sampleFormat = SampleFormat.float
  /// `sample_rate` in Hz.
  public var sampleRate = 44100

  /// `tail_in_seconds`: what comes after the last note.
  public var tail = PieceRenderer.Tail.seconds(2)

  /// `reverb`: how loud the room is that the mix sounds in, 0...1; 0 for none.
  public var reverb = 0.0

  /// `keep`: whether the daemon writes what it can make again (sound, pictures, scores) into every piece's folder.
  public var keepsFiles = false

  /// The rates that all kinds of file can have.
  public static let sampleRates = 8000...192_000

  /// The longest tail, in seconds.
  static let longestTail = 3600.0

  /// 32-bit float WAV at 44,100 Hz, two seconds of silence at its end.
  public init() {}

  /// Reads the section.
  public init(_ section: ConfigurationSection) throws(ConfigurationError) {
    let format = try section.string("format", default: "wav")
    guard let containers = AudioContainer.list(format) else {
      throw section.error(
        "format", allowed: "a list of " + AudioContainer.allCases.map(\.rawValue).joined(separator: ", "))
    }
    self.containers = containers
    let name = try section.choice(
      "sample_format", default: SampleFormat.float.rawValue, of: SampleFormat.allCases.map(\.rawValue))
    sampleFormat = SampleFormat(rawValue: name) ?? .float
    sampleRate = try section.integer("sample_rate", default: 44100, in: Self.sampleRates)
    if section.value("tail_in_seconds")?.scalar?.text == "auto" {
      tail = .automatic
      section.record("tail_in_seconds", .text("auto"))
    } else if let there = section.value("tail_in_seconds"), there.scalar?.number == nil {
      throw section.error("tail_in_seconds", allowed: "auto, or a number from 0 to \(Int(Self.longestTail))")
    } else {
      tail = .seconds(try section.number("tail_in_seconds", default: 2, in: 0...Self.longestTail))
    }
    reverb = try section.number("reverb", default: 0, in: 0...1)
    keepsFiles = try section.boolean("keep", default: false)
  }
}
