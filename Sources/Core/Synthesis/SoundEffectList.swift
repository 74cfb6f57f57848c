import Foundation

/// Reading the effects of events: a JSON list as sinethesizer's TSV has in its last column.
extension SoundEffect {
  /// The effects' names.
  static let names = ["tremolo", "vibrato"]

  /// Reads `[{"name": "tremolo", "frequency": 6, "amplitude": 0.5}, ...]`; empty text means no effects.
  ///
  /// Missing fields have their defaults: tremolo 6 Hz, amplitude 0.5; vibrato 4 Hz, width 0.2 semitones; waveform sine.
  ///
  /// - Throws: `SynthesisError` that says what was found and what is allowed.
  public static func list(json: String) throws(SynthesisError) -> [SoundEffect] {
    if json.allSatisfy(\.isWhitespace) { return [] }
    let objects: Any
    do {
      objects = try JSONSerialization.jsonObject(with: Data(json.utf8))
    } catch {
      throw SynthesisError(
        reason: "found \(TextQuoting.quote(Array(json.utf8), limit: 60)), which is not JSON; allowed: a list of effects"
      )
    }
    guard let list = objects as? [[String: Any]] else {
      throw SynthesisError(
        reason:
          "found \(TextQuoting.quote(Array(json.utf8), limit: 60)); allowed: a list of effects, each an object with a name"
      )
    }
    var effects: [SoundEffect] = []
    for object in list { effects.append(try effect(object)) }
    return effects
  }

  private static func effect(_ object: [String: Any]) throws(SynthesisError) -> SoundEffect {
    guard let name = object["name"] as? String, names.contains(name) else {
      let found = object["name"].map { "'\($0)'" } ?? "no name"
      throw SynthesisError(reason: "found the effect \(found); allowed: \(names.joined(separator: ", "))")
    }
    let second = name == "tremolo" ? "amplitude" : "width"
    let known = ["name", "frequency", second, "waveform"]
    if let key = object.keys.sorted().first(where: { !known.contains($0) }) {
      throw SynthesisError(reason: "\(name): found the field '\(key)'; allowed: \(known.joined(separator: ", "))")
    }
    func number(_ key: String, default fallback: Double, in range: ClosedRange<Double>) throws(SynthesisError)
      -> Double
    {
      guard let value = object[key] else { return fallback }
      guard let number = (value as? NSNumber)?.doubleValue, range.contains(number) else {
        throw SynthesisError(
          reason: "\(name): \(key): found '\(value)'; allowed: \(range.lowerBound) to \(range.upperBound)")
      }
      return number
    }
    let shape = object["waveform"] as? String ?? (object["waveform"] == nil ? "sine" : "")
    guard let waveform = Waveform(rawValue: shape) else {
      let allowed = Waveform.allCases.map(\.rawValue).joined(separator: ", ")
      throw SynthesisError(reason: "\(name): waveform: found '\(object["waveform"] ?? "")'; allowed: \(allowed)")
    }
    if name == "tremolo" {
      return .tremolo(
        frequency: try number("frequency", default: 6, in: frequencies),
        amplitude: try number("amplitude", default: 0.5, in: amplitudes), waveform: waveform)
    }
    let vibrato = SoundEffect.vibrato(
      frequency: try number("frequency", default: 4, in: frequencies),
      width: try number("width", default: 0.2, in: widths), waveform: waveform)
    guard vibrato.shiftSeconds <= longestVibratoShift else {
      throw SynthesisError(reason: "vibrato: found a width too wide for its frequency; allowed: \(shiftLimitText)")
    }
    return vibrato
  }

  /// Hz.
  static let frequencies = 0.01...1000.0
  /// Relative.
  static let amplitudes = 0.0...1.0
  /// Semitones.
  static let widths = 0.0...24.0
  /// What keeps a vibrato within `longestVibratoShift`.
  static let shiftLimitText = "samples shifted by up to \(longestVibratoShift) s, about width / frequency below 22"
}
