/// `piece` of a configuration for counterpoint: the melody, the scale, and what the composed line begins with, ends with
/// and may use. What nobody says is chosen to fit the melody (`MelodyFit`).
struct CounterpointSetting {
  private let section: ConfigurationSection
  private let specifications: ConfigurationSection
  private let givenMelody: String?

  /// The original's default melody.
  static let defaultMelody = ["C4", "D4", "E4", "C4", "A3", "B3", "C4", "G4", "E4", "C4", "D4", "C4"]

  /// The highest key of a melody that a line is composed above if nobody says a side: a tenth more is still on a piano.
  private static let highestBelowALine = KeyboardScale.keyboard.upperBound - 16

  private static let noteDefaults: [(key: String, name: String)] = [
    ("start_note", "G4"), ("end_note", "C5"), ("lowest_note", "C4"), ("highest_note", "B5"),
  ]

  init(_ section: ConfigurationSection, melody: String?) throws(ConfigurationError) {
    self.section = section
    specifications = try section.section("counterpoint_specifications")
    givenMelody = melody
  }

  /// Reads everything and checks that it fits together.
  func resolved() throws(ConfigurationError) -> (CounterpointTask, [CounterpointSide]) {
    let startPause = try specifications.integer("start_pause_in_eighths", default: 4, in: 0...7)
    let maximumSkip = try specifications.integer("max_skip_in_degrees", default: 7, in: 0...51)
    let words = try section.scalars("parts")
    var sides: [CounterpointSide] = []
    for word in words ?? [] {
      guard let side = CounterpointSide(rawValue: word), sides.count < 3 else {
        throw section.error(
          "parts",
          found: sides.count < 3 ? "'\(TextQuoting.printable(word))' in the list" : "\(words?.count ?? 0) parts",
          allowed: "a list of one to three of above and below; null for one part")
      }
      sides.append(side)
    }
    guard words == nil || !sides.isEmpty else {
      throw section.error("parts", allowed: "a list of one to three of above and below; null for one part")
    }
    let melodyText = try melodyText()
    let isFree = melodyText != nil
    let melody = if let melodyText { try freeMelody(melodyText) } else { try cantusFirmus() }
    let scale = try scale(for: isFree ? melody : nil)
    if !isFree { try checkCantusFirmus(melody, scale) }
    let isFitted = isFree || words != nil
    var chosen: [Int?] = []
    for (key, standard) in Self.noteDefaults {
      let fallback = isFitted ? nil : MIDIKey(name: standard).flatMap { scale.position(of: $0.number) }
      chosen.append(try note(key, scale, isFree: isFree) ?? fallback)
    }
    if chosen.contains(where: { $0 == nil }) {
      guard isFitted else {
        // The defaults are notes of C major; another scale has to say its own.
        let index = chosen.firstIndex { $0 == nil } ?? 0
        throw specifications.error(
          Self.noteDefaults[index].key, found: "nothing, and the default is no note of \(scale.name)",
          allowed: noteForm(scale))
      }
      // Above, unless the piano ends there.
      let fitting: CounterpointSide = (melody.notes.map(\.key).max() ?? 0) > Self.highestBelowALine ? .below : .above
      let side = sides.first ?? chosen[0].map { scale.keys[$0] > melody.notes[0].key ? .above : .below } ?? fitting
      let fit = MelodyFit(melody: melody, scale: scale, side: side, startPause: startPause)
      chosen = fit.completed(start: chosen[0], end: chosen[1], lowest: chosen[2], highest: chosen[3])
    }
    guard let start = chosen[0], let end = chosen[1], let lowest = chosen[2], let highest = chosen[3], lowest < highest
    else {
      throw specifications.error(
        "lowest_note", found: "\(name(chosen[2], scale)) with the highest note \(name(chosen[3], scale))",
        allowed: "a note below the highest one")
    }
    for (entry, value) in zip(Self.noteDefaults, [start, end, lowest, highest]) {
      specifications.record(entry.key, .text(name(value, scale)))
    }
    let task = CounterpointTask(
      scale: scale, melody: melody, start: start, end: end, range: lowest...highest, startPause: startPause,
      maximumSkip: maximumSkip, isAbove: sides.first.map { $0 == .above })
    if words == nil { section.leaveOut("parts") }
    return (task, sides.isEmpty ? [task.isAbove ? .above : .below] : sides)
  }

  /// The melody's text, if it is given as such: by the command line or by `melody`.
  private func melodyText() throws(ConfigurationError) -> String? {
    let written = section.has("melody") ? try section.string("melody", default: "") : nil
    let text = givenMelody ?? written
    if written != nil, section.has("cantus_firmus"), givenMelody == nil {
      throw section.error("melody", found: "a melody beside a cantus firmus", allowed: "one of them")
    }
    if let text {
      section.record("melody", .text(text))
      _ = section.has("cantus_firmus")
      section.leaveOut("cantus_firmus")
    } else {
      section.leaveOut("melody")
    }
    return text
  }

  private func freeMelody(_ text: String) throws(ConfigurationError) -> GivenLine {
    let fault: MelodyText.Fault
    do {
      let line = try MelodyText.read(text)
      if line.end > CounterpointTask.stepsPerBar, line.notes[0].onset < CounterpointTask.stepsPerBar { return line }
      fault = .init(
        found: line.end > CounterpointTask.stepsPerBar ? "a bar of rest at the beginning" : "a single bar",
        allowed: "a melody that begins in its first bar and has at least two")
    } catch { fault = error }
    if givenMelody != nil {
      throw ConfigurationError(file: "melody", line: nil, keyPath: "", found: fault.found, allowed: fault.allowed)
    }
    throw section.error("melody", found: fault.found, allowed: fault.allowed)
  }

  private func cantusFirmus() throws(ConfigurationError) -> GivenLine {
    let names = try section.scalars("cantus_firmus") ?? Self.defaultMelody
    if !section.has("cantus_firmus") { section.record("cantus_firmus", .list(names.map(EffectiveValue.text))) }
    guard (2...CounterpointConfiguration.barLimit).contains(names.count) else {
      throw section.error(
        "cantus_firmus", found: "a list of \(names.count) notes",
        allowed: "2 to \(CounterpointConfiguration.barLimit) notes, each a bar")
    }
    var keys: [Int] = []
    for name in names {
      guard let key = MIDIKey(name: name), KeyboardScale.keyboard.contains(key.number) else {
        throw section.error(
          "cantus_firmus", found: "\(TextQuoting.quote(Array(name.utf8), limit: 40)) in the list",
          allowed: "note names from A0 to C8, as C4 (middle C), F#3, Db4")
      }
      keys.append(key.number)
    }
    return GivenLine(cantusFirmus: keys)
  }

  /// The scale that is written, or the one that fits a free melody best; else C major.
  private func scale(for melody: GivenLine?) throws(ConfigurationError) -> KeyboardScale {
    let fitting = melody.map(MelodyFit.scale) ?? KeyboardScale(tonic: 0, kind: .major)
    let kinds = KeyboardScale.Kind.allCases.map(\.rawValue)
    let hasTonic = section.has("tonic")
    // A scale type without a tonic, or the other way round, keeps what fits.
    let tonicName = try section.string("tonic", default: fitting.tonicName)
    guard let tonic = KeyboardScale.pitchClass(named: tonicName) else {
      throw section.error("tonic", allowed: "a note name without octave, as C, F#, Bb")
    }
    let kindName = try section.choice(
      "scale_type", default: hasTonic && melody == nil ? "major" : fitting.kind.rawValue, of: kinds)
    return KeyboardScale(tonic: tonic, kind: KeyboardScale.Kind(rawValue: kindName) ?? .major)
  }

  private func checkCantusFirmus(_ melody: GivenLine, _ scale: KeyboardScale) throws(ConfigurationError) {
    for note in melody.notes where scale.position(of: note.key) == nil {
      throw section.error(
        "cantus_firmus", found: "\(MIDIKey(note.key)?.name ?? "") in the list", allowed: "notes of \(scale.name)")
    }
    for note in [melody.notes.first, melody.notes.last].compactMap({ $0 }) {
      guard let position = scale.position(of: note.key), scale.isStable(position) else {
        throw section.error(
          "cantus_firmus", found: "\(MIDIKey(note.key)?.name ?? "") at an end of the list",
          allowed: "at both ends notes of the tonic triad of \(scale.name)")
      }
    }
  }

  /// The position of a note that is written; nil if it is not. A free melody may begin and end anywhere, and so may what
  /// is composed against it.
  private func note(_ key: String, _ scale: KeyboardScale, isFree: Bool) throws(ConfigurationError) -> Int? {
    guard let name = try specifications.scalar(key) else {
      guard !specifications.has(key) else { throw specifications.error(key, allowed: noteForm(scale)) }
      return nil
    }
    guard let midi = MIDIKey(name: name), let position = scale.position(of: midi.number) else {
      throw specifications.error(key, allowed: noteForm(scale))
    }
    let isEnd = key == "start_note" || key == "end_note"
    guard isFree || !isEnd || scale.isStable(position) else {
      throw specifications.error(key, allowed: "a note of the tonic triad of \(scale.name)")
    }
    return position
  }

  private func noteForm(_ scale: KeyboardScale) -> String { "a note of \(scale.name) from A0 to C8" }

  private func name(_ position: Int?, _ scale: KeyboardScale) -> String {
    position.flatMap { MIDIKey(scale.keys[$0])?.name } ?? "nothing"
  }
}
