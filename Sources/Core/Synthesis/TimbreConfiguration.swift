/// `timbres` of the configuration: presets as the original's preset file has them, by name.
enum TimbreConfiguration {
  /// The most overtones of a timbre, and the most effects of a list.
  private static let overtoneLimit = 63
  private static let effectLimit = 8

  /// Reads the list at the top level. The shipped timbres are always there, unless the list has one of their name.
  static func read(_ root: ConfigurationSection) throws(ConfigurationError) -> [String: Timbre] {
    var timbres = Dictionary(uniqueKeysWithValues: Timbre.shipped.map { ($0.name, $0) })
    var names: Set<String> = []
    guard let sections = try root.sections("timbres") else {
      root.leaveOut("timbres")
      return timbres
    }
    for section in sections {
      let timbre = try timbre(section)
      guard names.insert(timbre.name).inserted else {
        throw section.error("name", found: "a second '\(timbre.name)'", allowed: "every name once")
      }
      timbres[timbre.name] = timbre
    }
    return timbres
  }

  private static func timbre(_ section: ConfigurationSection) throws(ConfigurationError) -> Timbre {
    let name = try section.string("name", default: "")
    // The events TSV has it in a column of its own.
    guard !name.isEmpty, !name.unicodeScalars.contains(where: { $0.value < 32 || $0.value == 127 }) else {
      throw section.error("name", allowed: "a name without tabs and line breaks")
    }
    let waveform = try waveform(section, "fundamental_waveform")
    let envelope = try envelope(section, "fundamental_volume_envelope")
    let effects = try effects(section, "fundamental_effects")
    let specs = try section.sections("overtones_specs") ?? []
    guard specs.count <= overtoneLimit else {
      throw section.error("overtones_specs", found: "\(specs.count) overtones", allowed: "up to \(overtoneLimit)")
    }
    var overtones: [Timbre.Partial] = []
    for spec in specs { overtones.append(try overtone(spec)) }
    let share = overtones.reduce(0) { $0 + $1.volumeShare }
    guard share <= 1 else {
      throw section.error(
        "overtones_specs", found: "volume shares of \(share) together",
        allowed: "at most 1: the fundamental has the rest")
    }
    return Timbre(name: name, fundamental: waveform, envelope: envelope, effects: effects, overtones: overtones)
  }

  private static func overtone(_ section: ConfigurationSection) throws(ConfigurationError) -> Timbre.Partial {
    let waveform = try waveform(section, "waveform")
    try require(section, "frequency_ratio", "a number from 0.001 to 1000")
    let ratio = try section.number("frequency_ratio", default: 1, in: 0.001...1000)
    try require(section, "volume_share", "a number from 0 to 1")
    let share = try section.number("volume_share", default: 0, in: 0...1)
    return Timbre.Partial(
      waveform: waveform, frequencyRatio: ratio, volumeShare: share,
      envelope: try envelope(section, "volume_envelope"), effects: try effects(section, "effects"))
  }

  private static func require(
    _ section: ConfigurationSection, _ key: String, _ allowed: String
  ) throws(ConfigurationError) {
    guard section.has(key) else { throw section.error(key, allowed: allowed) }
  }

  private static func waveform(_ section: ConfigurationSection, _ key: String) throws(ConfigurationError) -> Waveform {
    let words = Waveform.allCases.map(\.rawValue)
    try require(section, key, words.joined(separator: ", "))
    return Waveform(rawValue: try section.choice(key, default: "sine", of: words)) ?? .sine
  }

  private static func envelope(_ parent: ConfigurationSection, _ key: String) throws(ConfigurationError) -> Envelope {
    try require(parent, key, "an envelope: a mapping with a name")
    let section = try parent.section(key)
    let names = ["relative_adsr", "absolute_adsr", "spike", "trapezoid"]
    try require(section, "name", names.joined(separator: ", "))
    let name = try section.choice("name", default: names[0], of: names)
    func share(_ key: String, _ fallback: Double) throws(ConfigurationError) -> Double {
      try section.number(key, default: fallback, in: 0...1)
    }
    var envelope: Envelope
    switch name {
    case "absolute_adsr":
      func seconds(_ key: String, _ fallback: Double) throws(ConfigurationError) -> Double {
        try section.number(key, default: fallback, in: 0...3600)
      }
      return Envelope(
        unit: .seconds, attack: try seconds("attack_time", 0.3), decay: try seconds("decay_time", 0.2),
        sustainLevel: try share("sustain_level", 0.6), release: try seconds("release_time", 0.49))
    case "spike":
      let peak = try share("breakpoint_location", 0.2)
      return Envelope(unit: .sharesOfNote, attack: peak, decay: 1 - peak, sustainLevel: 0, release: 0)
    case "trapezoid":
      envelope = Envelope(
        unit: .sharesOfNote, attack: try share("begin_share", 0.2), decay: 0, sustainLevel: 1,
        release: try share("end_share", 0.1))
    default:
      envelope = Envelope(
        unit: .sharesOfNote, attack: try share("attack_share", 0.15), decay: try share("decay_share", 0.15),
        sustainLevel: try share("sustain_level", 0.6), release: try share("release_share", 0.2))
    }
    let sum = envelope.attack + envelope.decay + envelope.release
    guard sum <= 1 + 1e-9 else {
      throw parent.error(key, found: "shares of \(sum) together", allowed: "at most 1, the whole note")
    }
    return envelope
  }

  private static func effects(
    _ parent: ConfigurationSection, _ key: String
  ) throws(ConfigurationError) -> [SoundEffect] {
    let sections = try parent.sections(key) ?? []
    guard sections.count <= effectLimit else {
      throw parent.error(key, found: "\(sections.count) effects", allowed: "up to \(effectLimit)")
    }
    var effects: [SoundEffect] = []
    for section in sections { effects.append(try effect(section)) }
    return effects
  }

  private static func effect(_ section: ConfigurationSection) throws(ConfigurationError) -> SoundEffect {
    try require(section, "name", SoundEffect.names.joined(separator: ", "))
    let name = try section.choice("name", default: "vibrato", of: SoundEffect.names)
    let waveform =
      section.has("waveform")
      ? try waveform(section, "waveform")
      : Waveform(rawValue: try section.string("waveform", default: "sine")) ?? .sine
    if name == "tremolo" {
      return .tremolo(
        frequency: try section.number("frequency", default: 6, in: SoundEffect.frequencies),
        amplitude: try section.number("amplitude", default: 0.5, in: SoundEffect.amplitudes), waveform: waveform)
    }
    let effect = SoundEffect.vibrato(
      frequency: try section.number("frequency", default: 4, in: SoundEffect.frequencies),
      width: try section.number("width", default: 0.2, in: SoundEffect.widths), waveform: waveform)
    guard effect.shiftSeconds <= SoundEffect.longestVibratoShift else {
      throw section.error(
        "width", found: "a width too wide for its frequency", allowed: SoundEffect.shiftLimitText)
    }
    return effect
  }
}
