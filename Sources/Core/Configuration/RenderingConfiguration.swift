extension PerformanceSettings {
  /// Reads `rendering_params` without `dir`; the tuning is the default's.
  init(_ section: ConfigurationSection) throws(ConfigurationError) {
    self.init()
    let name = try section.string("lowest_note", default: lowestNote.name)
    guard let key = MIDIKey(name: name) else {
      throw section.error("lowest_note", allowed: "a note name from C-1 to G9, as C4 (middle C), F#3, Db4")
    }
    lowestNote = key
    stepSeconds = try section.number("step_in_seconds", default: stepSeconds, in: MIDITiming.stepSecondsRange)
    let midi = try section.section("midi")
    program = try midi.integer("instrument", default: program, in: 0...127)
    velocity = try midi.number("velocity", default: velocity, in: -1e6...1e6)
    let words = ["auto"] + MIDITuningOutput.allCases.map(\.rawValue)
    tuningOutput = MIDITuningOutput(rawValue: try midi.choice("tuning_output", default: "auto", of: words))
    mpeBendRange = try midi.integer("mpe_bend_range", default: mpeBendRange, in: 1...96)
    let sine = try section.section("sinethesizer")
    timbre = try sine.string("timbre", default: timbre)
    volume = try sine.numberAsWritten("volume", default: volume, in: 0...1000)
    location = try sine.numberAsWritten("location", default: location, in: -1...1)
    effects = try Self.effects(sine)
  }

  /// `effects`: a JSON list as text, which is kept as it is written, or a YAML list of mappings, which becomes one.
  static func effects(_ section: ConfigurationSection) throws(ConfigurationError) -> String {
    var text = ""
    if let there = section.value("effects") {
      guard there.mapping == nil else { throw section.error("effects", allowed: "a list of effects") }
      text = there.scalar?.text ?? (there.list?.isEmpty == true ? "" : there.json.text)
    }
    do {
      _ = try SoundEffect.list(json: text)
    } catch {
      // The synthesizer's reason ends with what it allows.
      let parts = error.reason.split(separator: "; allowed: ", maxSplits: 1)
      let found = parts[0].hasPrefix("found ") ? parts[0].dropFirst("found ".count) : parts[0]
      throw section.error("effects", found: TextQuoting.printable(String(found)), allowed: String(parts.last ?? ""))
    }
    section.record("effects", .text(text))
    return text
  }
}
