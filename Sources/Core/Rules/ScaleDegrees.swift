/// The degrees of a scale above its tonic: `scale: major`, `scale: minor`, or a list of degrees.
struct ScaleDegrees: Sendable {
  /// For every interval above the tonic, 0..<period, whether it belongs to the scale.
  let contains: [Bool]

  /// Reads the key `scale`; without it the scale is major where the tuning has one, else no degree is outside.
  init(_ section: ConfigurationSection, tuning: Tuning) throws(ConfigurationError) {
    let period = tuning.degreeCount
    let scale: Scale
    if let listed = try section.integers("scale", in: 0...period - 1) {
      scale = Scale(degrees: listed, of: period)
    } else if section.has("scale") {
      let name = try section.choice("scale", default: "major", of: Scale.names)
      guard let named = Scale.named(name, in: tuning) else {
        throw section.error(
          "scale", found: "'\(name)' in the tuning \(tuning.name)",
          allowed: "a list of degrees above the tonic, 0 to \(period - 1)")
      }
      scale = named
    } else if let major = Scale.named("major", in: tuning) {
      scale = major
    } else {
      section.leaveOut("scale")
      scale = Scale(degrees: 0..<period, of: period)
    }
    contains = (0..<period).map(scale.contains)
  }
}
