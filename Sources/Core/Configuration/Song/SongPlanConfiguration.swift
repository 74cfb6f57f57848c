extension SongPlanSettings {
  /// Reads `bars` and `plan` of a song.
  init(_ piece: ConfigurationSection) throws(ConfigurationError) {
    self.init()
    bars = try piece.integer("bars", default: 32, in: 8...Self.mostBars)
    let plan = try piece.section("plan")
    let text = try plan.string("form", default: "auto")
    if text != "auto" {
      let names = text.split(separator: " ").map(String.init)
      let isForm = names.allSatisfy { name in
        guard let letter = name.first, "ABCK".contains(letter) else { return false }
        return name.dropFirst().allSatisfy { $0 == "'" }
      }
      guard isForm, (1...16).contains(names.count), names.first == "A", bars >= 2 * names.count else {
        throw plan.error(
          "form", allowed: "auto, or up to 16 sections of at least two bars, A the first: A A' B A; K is a coda")
      }
      form = names
    }
    phrases = try plan.integers("phrases", in: 2...16)
    if let phrases, phrases.reduce(0, +) != bars {
      throw plan.error(
        "phrases", found: "\(phrases.reduce(0, +)) bars", allowed: "lengths that add up to bars, \(bars)")
    }
    let kinds = SongPlan.Cadence.allCases.dropFirst()
    if let names = try plan.scalars("cadences") {
      var cadences: [SongPlan.Cadence] = []
      for name in names {
        guard let cadence = kinds.first(where: { $0.name == name }) else {
          throw plan.error("cadences", found: name, allowed: kinds.map(\.name).joined(separator: ", "))
        }
        cadences.append(cadence)
      }
      // How many phrases are drawn is not known yet; none is shorter than two bars.
      let isFitting = phrases.map { $0.count == cadences.count } ?? (cadences.count <= bars / 2)
      guard isFitting else {
        throw plan.error(
          "cadences", found: "\(cadences.count) cadences",
          allowed: phrases.map { "\($0.count), one a phrase" } ?? "at most \(bars / 2), one a phrase")
      }
      self.cadences = cadences
    }
    tension = try plan.integers("tension", in: 0...2)
    if let tension, tension.count != bars {
      throw plan.error("tension", found: "\(tension.count) bars", allowed: "\(bars), one number a bar")
    }
    modulation = try plan.boolean("modulation", default: true)
    pickups = try plan.integer("pickups", default: 3, in: 0...3)
    let scalar = plan.value("upbeat")?.scalar
    if scalar?.text == "auto" {
      upbeat = nil
      plan.record("upbeat", .text("auto"))
    } else if plan.has("upbeat"), scalar?.integer == nil {
      throw plan.error("upbeat", allowed: "auto, an integer from 0 to 3, or null")
    } else {
      upbeat = try plan.optionalInteger("upbeat", in: 0...3) ?? 0
    }
    let close = try plan.choice("close", default: "auto", of: ["auto", "authentic", "plagal"])
    self.close = SongPlan.Cadence.allCases.first { $0.name == close }
    variety = try plan.number("variety", default: 1, in: 0...2)
  }

  /// The most bars a song may have.
  public static let mostBars = 128
}
