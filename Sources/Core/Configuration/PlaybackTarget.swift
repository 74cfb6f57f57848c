/// Where pieces are heard: `--play` and `playback.play`.
public enum PlaybackTarget: Sendable, Hashable, CustomStringConvertible {
  /// The default device if there is one.
  case automatic
  /// An ALSA PCM device, by its name for alsa-lib.
  case alsa(String)
  /// A MIDI port of our own; if named, connected to `CLIENT:PORT`.
  case midi(String?)
  /// A clock that hears nothing.
  case null
  /// Nowhere.
  case none

  /// What may be written.
  public static let allowed = "auto, alsa, alsa:PCM, midi, midi:CLIENT:PORT, null, none"

  /// Reads `auto`, `alsa[:PCM]`, `midi[:CLIENT:PORT]`, `null` or `none`.
  ///
  /// - Returns: nil for anything else.
  public init?(_ text: String) {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    let rest = parts.count > 1 ? parts[1] : nil
    switch (parts.first, rest) {
    case ("auto", nil): self = .automatic
    case ("alsa", nil): self = .alsa("default")
    case ("alsa", let name?) where !name.isEmpty: self = .alsa(name)
    case ("midi", nil): self = .midi(nil)
    case ("midi", let address?) where !address.isEmpty: self = .midi(address)
    case ("null", nil): self = .null
    case ("none", nil): self = .none
    default: return nil
    }
  }

  /// Whether it was asked for by name: then it has to be there.
  public var isNamed: Bool { self != .automatic && self != .none }

  /// As it is written.
  public var description: String {
    switch self {
    case .automatic: "auto"
    case .alsa(let name): name == "default" ? "alsa" : "alsa:\(name)"
    case .midi(let address): address.map { "midi:\($0)" } ?? "midi"
    case .null: "null"
    case .none: "none"
    }
  }
}
