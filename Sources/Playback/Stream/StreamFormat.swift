/// How the live sound is sent.
public enum StreamFormat: String, Sendable, Hashable, CaseIterable {
  /// Ogg Opus (RFC 7845), 160 kbit/s.
  case opus
  /// MPEG-1 layer III, 192 kbit/s.
  case mp3
  /// Native FLAC, 16 bits.
  case flac

  /// What HTTP calls it.
  public var contentType: String {
    switch self {
    case .opus: "audio/ogg; codecs=opus"
    case .mp3: "audio/mpeg"
    case .flac: "audio/flac"
    }
  }
}
