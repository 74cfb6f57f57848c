internal import CSong

/// What is kept of a song while the rest is composed again.
public enum SongKeep: Sendable, Hashable, CustomStringConvertible {
  /// Form, phrases, cadences, keys, tension, and what returns where; nothing of the notes.
  case plan
  /// The melody of the first section, with its chords.
  case theme
  /// All parts in every section of this name; `A` is also `A'`.
  case section(String)
  /// A part, by its number from 0, with the chords.
  case part(Int, name: String)
  /// Everything.
  case all

  /// Reads `plan`, `theme`, `section=A`, `part=Melody`, `part=1`, `all`.
  ///
  /// - Throws: `DataError` that says what the song has.
  public init(_ text: String, of song: SongStudy) throws(DataError) {
    let words = text.split(separator: "=", maxSplits: 1).map(String.init)
    let (sections, parts) = (song.sectionNames, song.piece.parts.map(\.name))
    switch (words.first, words.count) {
    case ("plan", 1): self = .plan
    case ("theme", 1): self = .theme
    case ("all", 1): self = .all
    case ("section", 2) where sections.contains(words[1]): self = .section(words[1])
    case ("part", 2):
      if let index = parts.firstIndex(of: words[1]) ?? Int(words[1]).flatMap({ $0 > 0 ? $0 - 1 : nil }),
        parts.indices.contains(index)
      {
        self = .part(index, name: parts[index])
        return
      }
      fallthrough
    default:
      throw DataError(
        file: "--keep",
        reason: "found '\(TextQuoting.printable(text))'; allowed: plan, theme, all, "
          + (sections.map { "section=\($0)" } + parts.map { "part=\(TextQuoting.printable($0))" })
          .joined(separator: ", "))
    }
  }

  /// As a parent's description has it.
  public var description: String {
    switch self {
    case .plan: "plan"
    case .theme: "theme"
    case .section(let name): "section \(name)"
    case .part(_, let name): "part \(name)"
    case .all: "all"
    }
  }
}

extension SongStudy {
  /// Names of the sections, letters before those with primes: `A`, `A'`, `B`.
  public var sectionNames: [String] {
    var names: [String] = []
    for section in record.plan.sections {
      for name in [String(section.letter), section.name] where !names.contains(name) { names.append(name) }
    }
    return names
  }

  /// Quarters a minute, as notated.
  var tempo: Double { (30 / piece.tempo.stepSeconds(at: 0) * 1e6).rounded() / 1e6 }

  /// Bars of the sections with this name; a letter alone is also its variations.
  func bars(ofSections name: String) -> [Range<Int>] {
    record.plan.sections.filter { $0.name == name || (name.count == 1 && String($0.letter) == name) }
      .map { $0.first..<$0.first + $0.count }
  }
}

/// Composes pieces that keep something of a song.
public struct SongVariation: Sendable {
  /// What is to be different where it is kept otherwise.
  public struct Change: Sendable, Hashable {
    /// Semitones up; not with a style.
    public var transposition = 0
    /// Quarters a minute.
    public var tempo: Double?
    /// Configuration that lies over the song's own, for instance another meter.
    public var overlay = ""
    /// A meter by name.
    public var meter: String?
    /// A style in the place of the song's own configuration.
    public var style: Style?
    /// What the changes are called in a parent's description.
    public var names: [String] = []

    /// None.
    public init() {}

    /// Names what is to be different.
    public mutating func setNames() {
      names = []
      if transposition != 0 { names.append("transpose \(transposition)") }
      if let tempo { names.append("tempo \(tempo)") }
      if let style { names.append("style \(style.name)") }
      if let meter { names.append("meter \(meter)") }
      if !overlay.isEmpty { names.append("configuration") }
    }
  }

  private let study: SongStudy
  private let kept: [SongKeep]
  private let change: Change
  /// What is composed by.
  public let configuration: Configuration
  private let song: SongConfiguration
  private let parentName: String
  private let parentDigest: String

  /// - Parameters:
  ///   - parentName: what the song's folder is called.
  ///   - overlayFile: what errors call the overlay.
  /// - Throws: `ConfigurationError` about the overlay; `DataError` where what is asked for does not go together.
  public init(
    of study: SongStudy, keeping kept: [SongKeep], change: Change, parentName: String, overlayFile: String
  ) throws {
    self.study = study
    self.kept = kept.isEmpty ? [change == Change() || change.style != nil ? .theme : .all] : kept
    self.change = change
    let layers =
      change.style.map { [$0.text, change.overlay, Self.meter(change.meter), Self.tempo(change.tempo)] }
      ?? [
        study.record.configuration, Self.weighted(study), Self.tempo(study.tempo),
        Self.transposed(study, by: change.transposition),
        change.overlay, Self.meter(change.meter), Self.tempo(change.tempo),
      ]
    let configuration = try Configuration(layers: layers, file: overlayFile)
    guard let song = configuration.song else {
      throw DataError(file: "--style", reason: "found a style that is no song's; allowed: styles of songs")
    }
    self.song = song
    self.configuration = configuration
    let json = PieceJSON.text(study.piece, programVersion: Program.version)
    (self.parentName, parentDigest) = (parentName, SHA256.hexadecimal(Array(json.utf8)))
  }

  /// What it was made from; into another world goes a theme, and nothing else.
  private var parent: PieceParent {
    let here = kept.map(\.description), there = kept.contains { $0 != .plan } ? [SongKeep.theme.description] : []
    return PieceParent(
      name: parentName, digest: parentDigest, kept: staysInWorld ? here : there, changed: change.names)
  }

  /// The coefficients that the song's own score has: they may have been changed while it was learned.
  private static func weighted(_ study: SongStudy) -> String {
    let list = study.configuration.coefficients.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }
    return "environment: {scoring_coefs: {\(list.joined(separator: ", "))}}"
  }

  private static func meter(_ meter: String?) -> String {
    meter.map { "piece: {meter: \(EffectiveValue.quoted($0))}" } ?? ""
  }
  private static func tempo(_ tempo: Double?) -> String { tempo.map { "piece: {tempo: \($0)}" } ?? "" }

  /// The song's own tonic and parts, so many semitones higher.
  private static func transposed(_ study: SongStudy, by semitones: Int) -> String {
    guard semitones != 0 else { return "" }
    let tonic = MIDIKey(60 + ((study.record.tonic + semitones) % 12 + 12) % 12)?.name.dropLast() ?? "C"
    let parts = study.configuration.parts.map { settings in
      let (part, range) = (settings.part, settings.range)
      func key(_ number: Int) -> String {
        EffectiveValue.quoted(MIDIKey(number + semitones)?.name ?? "\(number + semitones)")
      }
      return "{name: \(EffectiveValue.quoted(part.name)), lowest_note: \(key(range.lowerBound)), "
        + "highest_note: \(key(range.upperBound)), instrument: \(part.program), velocity: \(part.velocity), "
        + "timbre: \(EffectiveValue.quoted(part.timbre)), volume: \(part.volume), location: \(part.location)}"
    }
    let list = parts.joined(separator: ", ")
    return "piece: {tonic: \(EffectiveValue.quoted(String(tonic))), n_parts: null, parts: [\(list)]}"
  }

  /// Whether notes have to be composed at all.
  public var needsPolicy: Bool { !(kept.contains(.all) && staysInWorld) }

  /// What is learnt where there is no policy yet.
  public var environment: any PolicyEnvironment { SongEnvironment(song) }

  /// Whether what is kept can be taken as it is: same steps, same lanes, same parts.
  private var staysInWorld: Bool {
    change.style == nil && song.meter == study.configuration.meter && song.parts.count == study.piece.parts.count
      && song.tuning == study.configuration.tuning && song.plan == study.configuration.plan
      && song.plan.bars == study.record.plan.bars.count && world != nil
  }

  /// The world that goes with the song's own, at most transposed.
  private var world: SongWorld? {
    let scale = study.world.scale
    return song.worlds.first { world in
      world.scale == scale && world.lowestNote.number == study.world.lowestNote.number + change.transposition
        && world.partCount == study.world.partCount && world.keys.count == study.world.keys.count
        && (0..<world.partCount).allSatisfy { world.lanes(ofPart: $0) == study.world.lanes(ofPart: $0) }
    }
  }

  /// A variation.
  ///
  /// - Parameters:
  ///   - weights: the policy's.
  ///   - number: which one with this seed, from 0.
  public func compose(weights: [Float], seed: UInt64, number: Int, population: Int) -> Piece {
    let provenance = Provenance(
      seed: seed, population: population, episode: number, configurationDigest: configuration.digest)
    let environment = SongEnvironment(song)
    let runner = SongRunner(environment, kernels: .best, capacity: 1)
    var random = RandomSource(seed: seed, purpose: .composition, population: population, candidate: 2, block: number)
    weights.withUnsafeBufferPointer { runner.prepare($0) }
    var piece: Piece
    if staysInWorld, let world {
      let (plan, given) = keptHere(world)
      if kept.contains(.all) {
        piece = played(again: study.piece, in: world, environment, provenance)
      } else {
        runner.compose(plan: plan, world: world, key: random.next(), given: given)
        piece = runner.piece(of: 0, provenance: provenance)
      }
    } else {
      let transfer = SongTransfer(study, kept: kept, to: environment)
      let compose = {
        let (world, plan, given) = transfer.draw(&random)
        runner.compose(plan: plan, world: world, key: random.next(), given: given)
        return runner.piece(of: 0, provenance: provenance)
      }
      piece = compose()
      // Not every plan and key suits what stays.
      for _ in 1..<Self.transfers where Self.faults(piece) > 0 {
        let other = compose()
        if Self.faults(other) < Self.faults(piece) { piece = other }
      }
    }
    piece.parent = parent
    return piece
  }

  private static func faults(_ piece: Piece) -> Int { piece.song?.faults ?? 0 }

  /// Plans that are drawn, at most, until one has no faults with what stays.
  private static let transfers = 6

  /// What stays of a song that is composed again in its own world. Where anything of a bar stays, its chords do.
  private func keptHere(_ world: SongWorld) -> (SongPlan, SongGiven) {
    let record = study.record
    var plan = record.plan
    var given = SongGiven(
      record: record, pitches: SongGiven.pitches(of: study.piece.parts, record: record, world: study.world))
    let (bars, spans) = (0..<plan.bars.count, world.meter.spans.count)
    for keep in kept {
      switch keep {
      case .plan: break
      case .theme: given.keep(part: 0, bars: 0..<plan.sections[0].count)
      case .section(let name):
        for range in study.bars(ofSections: name) {
          for part in 0..<world.partCount { given.keep(part: part, bars: range) }
        }
      case .part(let part, _): given.keep(part: part, bars: bars)
      case .all: for part in 0..<world.partCount { given.keep(part: part, bars: bars) }
      }
    }
    for bar in bars where (0..<world.partCount).contains(where: { given.keeps(part: $0, bar: bar) }) {
      for span in bar * spans..<(bar + 1) * spans { plan.chords[span] = 1 << UInt32(record.chords[span]) }
    }
    return (plan, given)
  }

  /// The same notes with another tempo or pitch, performed anew.
  private func played(
    again old: Piece, in world: SongWorld, _ environment: SongEnvironment, _ provenance: Provenance
  ) -> Piece {
    var piece = old
    piece.lowestNote = world.lowestNote
    piece.tuning = world.tuning
    piece.tempo = TempoMap(stepSeconds: song.stepSeconds(provenance))
    for (index, settings) in song.parts.enumerated() {
      let notes = piece.parts[index].notes
      piece.parts[index] = settings.part
      piece.parts[index].notes = notes
    }
    piece.song?.tonic = world.lowestNote.number % 12
    piece.song?.configuration = song.text
    piece.provenance = provenance
    piece.key = world.keySignature
    piece.interpretation = piece.song.flatMap { record in
      song.performance.interpretation(of: piece, analysis: world.analysis(of: record), spectrum: song.spectrum)
    }
    return piece
  }
}

extension SongGiven {
  /// Whether a bar of a part is kept.
  func keeps(part: Int, bar: Int) -> Bool { mask[part * Int(SONG_BARS) + bar] != 0 }
}
