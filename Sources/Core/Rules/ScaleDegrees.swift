/// The degrees of a scale above its tonic: `scale: major`, `scale: minor`, or a list of degrees.
struct ScaleDegrees: Sendable {
  /// For every interval above the tonic, 0..<period, whether it belongs to the scale.
  let contains: [Bool]

  init(_ section: ConfigurationSection, tuning: Tuning) throws(ConfigurationError) {
    let period = tuning.degreeCount
    let degrees: [Int]
    if let listed = try section.integers("scale", in: 0...period - 1) {
      degrees = listed
    } else {
      let name = try section.choice("scale", default: "major", of: ["major", "minor"])
      guard let named = Self.named(name, tuning: tuning) else {
        throw section.error(
          "scale", found: "'\(name)' in the tuning \(tuning.name)",
          allowed: "a list of degrees above the tonic, 0 to \(period - 1)")
      }
      degrees = named
    }
    var contains = Array(repeating: false, count: period)
    for degree in degrees { contains[degree] = true }
    self.contains = contains
  }

  /// The two scales that have names, where the tuning has them.
  private static func named(_ name: String, tuning: Tuning) -> [Int]? {
    guard tuning.degreeCount == 12 else { return nil }
    return name == "major" ? [0, 2, 4, 5, 7, 9, 11] : [0, 2, 3, 5, 7, 8, 10]
  }
}
