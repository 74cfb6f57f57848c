import Testing

@testable import Core

/// The shipped styles, and what lies over them.
@Suite struct StyleTests {
  private func load(_ text: String, _ style: String? = nil, melody: String? = nil) throws -> Configuration {
    try Configuration(text: text, file: "my.yml", melody: melody, style: style.flatMap(Style.named))
  }

  @Test(arguments: Style.all) func everyStyleIsAConfiguration(_ style: Style) throws {
    let configuration = try load("", style.name)
    #expect(configuration.style == style.name && configuration.kind == style.kind)
    #expect(!style.summary.isEmpty && style.summary.count <= 100 && style.summary.hasSuffix("."))
    #expect(Configuration.defaultText.contains(style.name))
    let again = try load(configuration.effectiveText)
    #expect(again.effectiveText == configuration.effectiveText && again.digest == configuration.digest)
    // What is in force does not depend on the name.
    let named = try load("style: \(style.name)")
    #expect(named.effectiveText == configuration.effectiveText && named.digest == configuration.digest)
  }

  @Test(arguments: Style.all.filter { $0.kind == .song }) func everySongStyleComposes(_ style: Style) throws {
    let song = try #require(try load("piece: {bars: 16}", style.name).song)
    for piece in SongTests.pieces(song, count: 2) {
      #expect(piece.song?.plan.bars.count == 16 && MIDIFile.faults(piece) == [], "\(style.name)")
      #expect(piece.parts.allSatisfy { $0.timbre != Timbre.standard.name && $0.notes.count > 8 })
      // Every part has a place of its own, and none is at the edge.
      #expect(Set(piece.parts.map(\.location.value)).count == piece.parts.count)
      #expect(piece.parts.allSatisfy { abs($0.location.value) <= 0.5 })
      #expect(piece.notes.count > 40)
    }
  }

  @Test func styleNamesAreUnique() {
    #expect(Set(Style.names).count == Style.all.count && Style.all.count == 10)
    #expect(Style.named("polka") == nil)
  }

  @Test func whatIsWrittenLiesOverTheStyle() throws {
    let configuration = try load("piece: {bars: 16, plan: {pickups: 0}}\nplayback: {volume: 0.5}", "waltz")
    let song = try #require(configuration.song)
    #expect(song.plan.bars == 16 && song.plan.pickups == 0)
    #expect(song.meter.meter.description == "3/4" && song.tempo == 138)
    #expect(song.parts.map(\.part.timbre) == ["flute", "clarinet", "piano", "plucked"])
    #expect(configuration.playback.volume == 0.5)
    // A list takes the style's place, null the default's.
    #expect(try load("piece: {parts: null, n_parts: 3}", "waltz").song?.parts.count == 3)
    #expect(try load("piece: {tempo: null}", "waltz").song?.tempo == nil)
  }

  /// Of a list of parts and their number, the one that lies on top counts.
  @Test func partsAndTheirNumberTakeEachOthersPlace() throws {
    #expect(try load("piece: {n_parts: 3}", "waltz").song?.parts.map(\.part.name) == ["Melody", "Alto", "Bass"])
    #expect(try load("piece: {n_parts: null}", "waltz").song?.parts.count == 4)
    let lists = ["piece: {n_parts: 3}", "piece: {parts: [{name: High}, {name: Low}]}"]
    for (layers, names) in [(lists, ["High", "Low"]), (lists.reversed(), ["Melody", "Alto", "Bass"])] {
      let configuration = try Configuration(layers: ["environment: {kind: song}"] + layers, file: "test")
      #expect(configuration.song?.parts.map(\.part.name) == names)
    }
  }

  @Test func optionGoesBeforeFile() throws {
    #expect(try load("style: waltz").song?.meter.steps == 6)
    #expect(try load("style: waltz", "chorale").song?.meter.steps == 8)
    #expect(try load("style: waltz", "chorale").style == "chorale")
    #expect(try load("style: null").style == nil)
  }

  @Test func rollsDifferInTheirLearnerAlone() throws {
    let (original, roll) = (try load("", "original"), try load("", "roll"))
    #expect((original.agent.method, roll.agent.method) == (.crossEntropy, .policyGradient))
    #expect(original.environment.performance == roll.environment.performance)
    #expect(roll.digest == (try load("")).digest)
    #expect(original.agent.observation.isOriginal)
  }

  @Test func duetTakesAMelody() throws {
    let melody = "C4 D4 E4 D4 C4"
    #expect(try load("", "duet", melody: melody).kind == .counterpoint)
  }

  @Test func badInputIsSaid() {
    for (text, style, line) in [
      ("style: walz", nil, "my.yml:1: style: found 'walz' (did you mean 'waltz'?); allowed: original, roll, "),
      (
        "environment: {kind: piano_roll}", "song",
        "my.yml:1: environment.kind: found piano_roll with the style song; allowed: song"
      ),
      ("piece: {bars: 5}", "minor", "my.yml:1: piece.bars: found '5'; allowed: "),
      (
        "piece: {n_parts: 3, parts: [{}, {}]}", "waltz",
        "my.yml:1: piece.n_parts: found '3'; allowed: null beside parts"
      ),
      ("piece: {bars: 8}", "roll", "my.yml:1: piece: found the unknown key 'piece'"),
      ("piece: {n_parts: 9, parts: null}", "waltz", "my.yml:1: piece.n_parts: found '9'"),
      // The style's own form does not fit: it has no line.
      ("piece: {bars: 8, plan: {form: A A' B A A}}", "chorale", "my.yml:1: piece.plan.form"),
      ("timbres: []", "slendro", "my.yml: piece.parts[0].timbre: found 'metal'"),
    ] as [(String, String?, String)] {
      let error = #expect(throws: ConfigurationError.self) { try load(text, style) }
      #expect(error?.description.hasPrefix(line) == true, "\(error?.description ?? "")")
    }
  }
}
