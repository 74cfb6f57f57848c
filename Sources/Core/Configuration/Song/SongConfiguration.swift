internal import CSong

/// `piece` and `environment.scoring_coefs` of a configuration for songs.
public struct SongConfiguration: Sendable {
  /// A part: what it sounds like, without notes, and where it lies.
  public struct PartSettings: Sendable, Hashable {
    /// Name, program, timbre, volume, place.
    public var part: Part
    /// Keys of the keyboard that it may use.
    public var range: ClosedRange<Int>
  }

  /// `parts`: the highest first, 2...6.
  public var parts: [PartSettings]
  /// `meter`.
  var meter: SongMeter
  /// `bars` and `plan`.
  public var plan: SongPlanSettings
  /// `tonic`: pitch classes that are drawn from.
  public var tonics: [Int]
  /// `scale`: scales that are drawn from, as often as they stand here.
  public var scales: [SongScaleChoice]
  /// `tempo`: quarters a minute; nil for a tempo that the seed draws.
  public var tempo: Double?
  /// Coefficients of the soft rules by name.
  public var coefficients: [String: Double]
  /// `performance`: how pieces are played.
  public var performance: PerformanceConfiguration
  /// The leading part's partials.
  let spectrum: Spectrum
  /// The tuning; lane 0 is its degree 0, on the tonic's key or, where the tuning is anchored, at its pitch nearest to that.
  public var tuning: Tuning
  /// `rendering_params.dir`: where pieces go.
  public var outputFolder: String
  /// `rendering_params.midi.tuning_output`: how MIDI says the tuning; nil for `MIDITuningOutput.automatic`.
  public var tuningOutput: MIDITuningOutput?
  /// `rendering_params.midi.mpe_bend_range`: semitones of a full pitch bend with MPE.
  public var mpeBendRange: Int
  /// The configuration as YAML, as far as it makes a difference to what is composed and how it is played.
  var text = ""
  /// What works but will hardly be wanted, each in one line that begins with the place.
  public private(set) var warnings: [String] = []
  /// The worlds that pieces are drawn from.
  private(set) var worlds: [SongWorld] = []

  /// Tempos that are drawn, in quarters a minute.
  static let tempos = 76...108

  /// Seconds a step (an eighth) lasts in the piece with this provenance.
  func stepSeconds(_ provenance: Provenance) -> Double {
    if let tempo { return 30 / tempo }
    var random = SongRandom(
      RandomSource(
        seed: provenance.seed, purpose: .composition, population: provenance.population,
        candidate: 1, block: provenance.episode ?? 0))
    return 30 / Double(Self.tempos.lowerBound + random.integer(Self.tempos.count))
  }

  /// Reads the sections; `tuning` stands at the top level.
  ///
  /// - Throws: `ConfigurationError`; `DataError` or `FileError` about a file of the tuning.
  init(_ root: ConfigurationSection, timbres: [String: Timbre]) throws {
    let piece = try root.section("piece")
    meter = try Self.meter(piece)
    plan = try SongPlanSettings(piece)
    tonics = try Self.tonics(piece)
    tempo = try piece.optionalNumber("tempo", in: 20...400)
    parts = try Self.parts(piece, timbres: timbres)
    tuning = try TuningConfiguration.read(root, lowest: .lowest).tuning
    let rendering = try piece.section("rendering_params")
    outputFolder = try rendering.string("dir", default: "rlmusician_data")
    guard !outputFolder.isEmpty, !outputFolder.utf8.contains(0) else {
      throw rendering.error("dir", allowed: "the path of a folder")
    }
    let midi = try rendering.section("midi")
    let words = ["auto"] + MIDITuningOutput.allCases.map(\.rawValue)
    tuningOutput = MIDITuningOutput(rawValue: try midi.choice("tuning_output", default: "auto", of: words))
    mpeBendRange = try midi.integer("mpe_bend_range", default: MPE.defaultBendRange, in: 1...96)
    scales = try SongScaleChoice.read(piece)
    coefficients = [:]
    let coefs = try root.section("environment").section("scoring_coefs")
    for rule in SongRuleRegistry.rules {
      coefficients[rule.name] = try coefs.number(rule.name, default: rule.coefficient, in: -1e9...1e9)
    }
    performance = try PerformanceConfiguration(root.section("performance"))
    spectrum = Spectrum(timbres[parts[0].part.timbre] ?? .standard)
    guard tuning.degreeCount <= Self.mostDegrees, tuning.periodInCents > 0 else {
      throw root.error(
        "tuning", found: "\(tuning.degreeCount) degrees in \(tuning.periodInCents) cents",
        allowed: "for songs, at most \(Self.mostDegrees) degrees in a period above 0")
    }
    var refusals: [SongWorld.Refusal] = []
    worlds = makeWorlds(&refusals)
    guard worlds.isEmpty else {
      if piece.has("parts") { warnings = tooHigh(piece) }
      return
    }
    for case .noRange(let part, let reach) in refusals {
      throw piece.error(
        "parts",
        found: "\(parts[part].part.name) from \(Self.name(parts[part].range.lowerBound)) to "
          + "\(Self.name(parts[part].range.upperBound))",
        allowed: "ranges of five degrees of the scale and more, of the \(SONG_LANES) from the tonic below the lowest "
          + "part up: here from \(Self.name(reach.lowerBound)) to \(Self.name(reach.upperBound))")
    }
    throw piece.error(
      "scale", found: "a scale that \(tuning.name) does not have", allowed: "auto, or another scale or tuning")
  }

  /// A tuning's degrees that songs can have.
  private static let mostDegrees = 255

  private static func name(_ key: Int) -> String { MIDIKey(min(127, max(0, key)))?.name ?? "\(key)" }

  /// What of the parts' ranges no tonic lets them use, a line a part.
  private func tooHigh(_ piece: ConfigurationSection) -> [String] {
    let reach = worlds.map(\.reach.upperBound).max() ?? 127
    return parts.filter { $0.range.upperBound > reach }.map { part in
      piece.error("parts", allowed: "").place + ": \(part.part.name) goes up to \(Self.name(reach)) only, not to "
        + "\(Self.name(part.range.upperBound)): a song has \(SONG_LANES) degrees of its scale, from the tonic below the "
        + "lowest part up"
    }
  }

  /// A world for every scale and tonic that the tuning has; scales of tradition are left out where it has none.
  ///
  /// - Parameter refusals: gets why there are others not.
  private func makeWorlds(_ refusals: inout [SongWorld.Refusal]) -> [SongWorld] {
    let values = SongRuleRegistry.rules.map { Float(coefficients[$0.name] ?? 0) }
    func make(_ scale: SongScale, _ tonics: [Int]) -> [SongWorld] {
      tonics.compactMap { tonic in
        do throws(SongWorld.Refusal) {
          return try SongWorld(
            tuning: tuning, scale: scale, tonic: tonic, ranges: parts.map(\.range), meter: meter, coefficients: values,
            modulates: plan.modulation)
        } catch {
          refusals.append(error)
          return nil
        }
      }
    }
    let traditional = scales.flatMap { choice in
      make(choice.scale, tonics.isEmpty ? choice.usualTonics : tonics)
    }
    if !traditional.isEmpty || refusals.contains(where: { $0 != .noScale }) { return traditional }
    let derived = SongScale.derived(from: tuning, consonance: TimbreConsonance(spectrum: spectrum))
    return make(derived, tonics.isEmpty ? [0, 2, 5, 7, 9] : tonics)
  }

  /// The same with other coefficients of its soft rules; rules that are not named keep theirs.
  func weighted(by changes: [String: Double]) -> SongConfiguration {
    var changed = self
    for (name, value) in changes where coefficients[name] != nil { changed.coefficients[name] = value }
    var refusals: [SongWorld.Refusal] = []
    if changed.coefficients != coefficients { changed.worlds = changed.makeWorlds(&refusals) }
    return changed
  }

  /// What `meter` may be.
  public static var meterNames: [String] { SongMeter.all.keys.sorted() }

  private static func meter(_ piece: ConfigurationSection) throws(ConfigurationError) -> SongMeter {
    let name = try piece.choice("meter", default: "4/4", of: meterNames)
    return SongMeter.all[name] ?? SongMeter.all["4/4"]!
  }

  private static func tonics(_ piece: ConfigurationSection) throws(ConfigurationError) -> [Int] {
    let name = try piece.string("tonic", default: "auto")
    if name == "auto" { return [] }
    guard let key = MIDIKey(name: name + "4") else {
      throw piece.error("tonic", allowed: "auto, or a note name without octave: C, F#, Bb")
    }
    return [key.number % 12]
  }

  // MARK: Parts

  private static func parts(
    _ piece: ConfigurationSection, timbres: [String: Timbre]
  ) throws(ConfigurationError) -> [PartSettings] {
    guard let sections = try piece.sections("parts") else {
      return standard(try piece.integer("n_parts", default: 4, in: 2...6))
    }
    guard (2...6).contains(sections.count) else {
      throw piece.error("parts", found: "\(sections.count) parts", allowed: "2 to 6")
    }
    guard !piece.has("n_parts") else {
      throw piece.error("n_parts", allowed: "null beside parts, or parts: null")
    }
    piece.leaveOut("n_parts")
    let usual = standard(sections.count)
    var parts: [PartSettings] = []
    for (section, usual) in zip(sections, usual) {
      var part = usual.part
      part.name = try section.string("name", default: part.name)
      part.program = try section.integer("instrument", default: part.program, in: 0...127)
      part.velocity = try section.number("velocity", default: part.velocity, in: 0...127)
      part.timbre = try section.choice("timbre", default: part.timbre, of: timbres.keys.sorted())
      part.volume = try section.numberAsWritten("volume", default: part.volume, in: 0...1000)
      part.location = try section.numberAsWritten("location", default: part.location, in: -1...1)
      let low = try key(section, "lowest_note", default: usual.range.lowerBound)
      let high = try key(section, "highest_note", default: usual.range.upperBound)
      guard high - low >= 7 else {
        throw section.error("highest_note", allowed: "at least a fifth above lowest_note")
      }
      parts.append(PartSettings(part: part, range: low...high))
    }
    for (above, below) in zip(parts, parts.dropFirst())
    where above.range.upperBound <= below.range.lowerBound + 2 || above.range.lowerBound < below.range.lowerBound {
      throw piece.error(
        "parts", found: "\(below.part.name) above \(above.part.name)", allowed: "parts from the highest to the lowest")
    }
    return parts
  }

  private static func key(
    _ section: ConfigurationSection, _ name: String, default fallback: Int
  ) throws(ConfigurationError) -> Int {
    let text = try section.string(name, default: MIDIKey(fallback)?.name ?? "C4")
    guard let key = MIDIKey(name: text), keys.contains(key.number) else {
      throw section.error(name, allowed: "a note from C1 to G7")
    }
    return key.number
  }

  /// The usual parts, the highest first.
  private static func standard(_ count: Int) -> [PartSettings] {
    func make(
      _ name: String, _ range: ClosedRange<Int>, program: Int, timbre: String, velocity: Double, volume: Double,
      location: Double
    ) -> PartSettings {
      var part = Part(name: name)
      part.timbre = timbre
      part.program = program
      part.velocity = velocity
      part.volume = ConfigurationNumber(volume)
      part.location = ConfigurationNumber(location)
      return PartSettings(part: part, range: range)
    }
    let all = [
      make("Melody", 60...81, program: 73, timbre: "flute", velocity: 88, volume: 0.22, location: 0.1),
      make("Descant", 57...77, program: 68, timbre: "oboe", velocity: 70, volume: 0.14, location: 0.45),
      make("Alto", 53...72, program: 71, timbre: "clarinet", velocity: 70, volume: 0.14, location: -0.4),
      make("Counter", 50...69, program: 71, timbre: "clarinet", velocity: 68, volume: 0.13, location: 0.3),
      make("Tenor", 48...67, program: 71, timbre: "clarinet", velocity: 66, volume: 0.13, location: -0.2),
      make("Bass", 38...59, program: 70, timbre: "bassoon", velocity: 76, volume: 0.18, location: 0),
    ]
    switch count {
    case 2: return [all[0], all[5]]
    case 3: return [all[0], all[2], all[5]]
    case 4: return [all[0], all[2], all[4], all[5]]
    case 5: return [all[0], all[1], all[2], all[4], all[5]]
    default: return all
    }
  }
}

/// A scale by name, and the tonics that are drawn where none is asked for.
public struct SongScaleChoice: Sendable, Hashable {
  /// What the configuration calls it.
  public var name: String
  let scale: SongScale

  /// Tonics whose signature has at most four signs.
  var usualTonics: [Int] { scale.quality == .minor ? [0, 2, 4, 7, 9, 11, 5] : [0, 2, 5, 7, 9, 10, 3] }

  private static let cents: [(name: String, cents: [Double])] = [
    ("major", SongScale.major),
    ("minor", SongScale.minor),
    ("dorian", [0, 203.91, 315.64, 498.04, 701.96, 884.36, 1017.6]),
    ("phrygian", [0, 111.73, 315.64, 498.04, 701.96, 813.69, 1017.6]),
    ("lydian", [0, 203.91, 386.31, 590.22, 701.96, 884.36, 1088.27]),
    ("mixolydian", [0, 203.91, 386.31, 498.04, 701.96, 884.36, 1017.6]),
  ]

  /// Reads `scale`.
  static func read(_ piece: ConfigurationSection) throws(ConfigurationError) -> [SongScaleChoice] {
    let name = try piece.choice("scale", default: "auto", of: ["auto"] + cents.map(\.name))
    let all = cents.map { SongScaleChoice(name: $0.name, scale: .diatonic($0.cents)) }
    // Two pieces of three in major.
    return name == "auto" ? [all[0], all[0], all[1]] : all.filter { $0.name == name }
  }
}
