import Testing

@testable import Core

/// The configuration of counterpoint: 0.4.6's keys and defaults, and what of it is wrong.
@Suite struct CounterpointConfigurationTests {
  private func load(_ text: String, melody: String? = nil) throws -> CounterpointConfiguration {
    let configuration = try Configuration(text: text, file: "c.yml", melody: melody)
    return try #require(configuration.counterpoint)
  }

  @Test func theDefaultTextHasTheDefaults() throws {
    let text = Configuration.defaultText(of: .counterpoint)
    let written = try Configuration(text: text, file: "default")
    // The text names the method, so it is not the same as a file with the original's keys alone.
    let silent = try Configuration(text: "environment: {kind: counterpoint}", file: "c.yml")
    #expect(written.effectiveText == text)
    #expect(silent.effectiveText == text)
    #expect(silent.digest == written.digest)
    let root = try ConfigurationSection.root(text: "environment: {kind: counterpoint}", file: "c.yml")
    _ = try Configuration(root, use: .composing)
    let template = ConfigurationText(template: text)
    let tables: Set<[String]> = [
      ["environment", "scoring_fn_params", "number_of_skips", "rewards"],
      ["environment", "scoring_fn_params", "narrow_ranges", "penalties"],
    ]
    #expect(template.uncommentedPaths(except: tables) == [])
    let asked = Set(root.askedPaths)
    let unasked = template.paths.filter { path in
      !asked.contains(path) && !tables.contains(Array(path.dropLast()))
        && Array(path.dropLast()) != ["environment", "scoring_coefs"]
    }
    #expect(unasked == [])
    #expect(asked.subtracting(template.paths).filter { !$0.contains("tuning") } == [])
  }

  @Test func theDefaultsAreTheOriginals() throws {
    let configuration = try load("piece: {tonic: C}")
    let task = configuration.task
    #expect(task.scale == KeyboardScale(tonic: 0, kind: .major))
    #expect(task.melody.notes.map { MIDIKey($0.key)?.name } == CounterpointSetting.defaultMelody)
    #expect([task.start, task.end, task.range.lowerBound, task.range.upperBound].map(task.key) == [67, 72, 60, 83])
    #expect(task.startPause == 4 && task.maximumSkip == 7 && task.isAbove && task.stepCount == 96)
    #expect(configuration.rules.map { type(of: $0).name } == CounterpointRuleRegistry.rules.map { $0.name })
    #expect(configuration.scores.entries.map(\.coefficient) == [1, 1, 1, 1, 1])
    #expect(configuration.deadEndReward == -3)
    #expect(configuration.rendering.outputFolder == "outputs" && configuration.rendering.barSeconds == 1)
    #expect(configuration.rendering.instruments.given == "brass")
    #expect(configuration.rendering.instruments.composed == "bowed_string")
    #expect(configuration.agent.method == .policyGradient && configuration.agent.beam == BeamSearch.Settings())
  }

  @Test func theOriginalsSearchIsMeantByItsKeys() throws {
    #expect(try load("piece: {tonic: C}\nagent: {beam_width: 3}").agent.method == .beamSearch)
    #expect(try load("piece: {tonic: C}\nagent: {paralleling_params: {n_processes: 2}}").agent.method == .beamSearch)
    #expect(
      try load("agent: {beam_width: 3, method: policy_gradient}\npiece: {}\nenvironment: {kind: counterpoint}")
        .agent.method == .policyGradient)
  }

  @Test func flatNamesWork() throws {
    let configuration = try load(
      """
      piece:
        tonic: Bb
        cantus_firmus: [Bb3, C4, Eb4, D4, Bb3]
        counterpoint_specifications: {start_note: F4, end_note: Bb4, lowest_note: Bb3, highest_note: A5}
      """)
    #expect(configuration.task.scale.tonic == 10)
    #expect(configuration.task.melody.notes.map(\.key) == [58, 60, 63, 62, 58])
  }

  @Test(arguments: 0...2) func smallSkipsAndShortMelodiesWork(skip: Int) throws {
    let configuration = try load(
      "piece: {cantus_firmus: [C4, C4], counterpoint_specifications: {max_skip_in_degrees: \(skip)}}")
    #expect(CounterpointEnvironment(configuration).isTerminated)
    let longer = try load("piece: {rules: {names: []}, counterpoint_specifications: {max_skip_in_degrees: \(skip)}}")
    var environment = CounterpointEnvironment(longer)
    #expect(environment.validActions.count == 4 * (2 * skip + 1))
    #expect(throws: CounterpointError.self) { try environment.step(10_000) }
  }

  static let faults: [(String, String)] = [
    ("piece:\n  tonic: H", "c.yml:2: piece.tonic: found 'H'; allowed: a note name without octave, as C, F#, Bb"),
    (
      "piece:\n  scale_type: dorian",
      "c.yml:2: piece.scale_type: found 'dorian'; allowed: major, natural_minor, harmonic_minor"
    ),
    (
      "piece:\n  cantus_firmus: []",
      "c.yml:2: piece.cantus_firmus: found a list of 0 notes; allowed: 2 to 64 notes, each a bar"
    ),
    (
      "piece:\n  cantus_firmus: [C4, X4, C4]",
      "c.yml:2: piece.cantus_firmus: found 'X4' in the list; allowed: note names from A0 to C8, as C4 (middle C), F#3, Db4"
    ),
    (
      "piece:\n  cantus_firmus: [C4, C#4, C4]",
      "c.yml:2: piece.cantus_firmus: found C#4 in the list; allowed: notes of C major"
    ),
    (
      "piece:\n  cantus_firmus: [C4, D4]",
      "c.yml:2: piece.cantus_firmus: found D4 at an end of the list; allowed: at both ends notes of the tonic triad of C major"
    ),
    (
      "piece:\n  counterpoint_specifications:\n    start_note: D4",
      "c.yml:3: piece.counterpoint_specifications.start_note: found 'D4'; allowed: a note of the tonic triad of C major"
    ),
    (
      "piece:\n  counterpoint_specifications:\n    lowest_note: C#4",
      "c.yml:3: piece.counterpoint_specifications.lowest_note: found 'C#4'; allowed: a note of C major from A0 to C8"
    ),
    (
      "piece:\n  counterpoint_specifications:\n    lowest_note: B5",
      "c.yml:3: piece.counterpoint_specifications.lowest_note: found B5 with the highest note B5; allowed: a note below the highest one"
    ),
    (
      "piece:\n  counterpoint_specifications:\n    start_pause_in_eighths: 8",
      "c.yml:3: piece.counterpoint_specifications.start_pause_in_eighths: found '8'; allowed: an integer from 0 to 7"
    ),
    (
      "piece:\n  counterpoint_specifications:\n    start_pause_in_eighths: long",
      "c.yml:3: piece.counterpoint_specifications.start_pause_in_eighths: found 'long'; allowed: an integer from 0 to 7"
    ),
    (
      "piece:\n  rules:\n    params:\n      turn_after_skip:\n        min_n_scale_degrees: 0",
      "c.yml:5: piece.rules.params.turn_after_skip.min_n_scale_degrees: found '0'; allowed: an integer from 1 to 1000"
    ),
    (
      "piece:\n  rules:\n    params:\n      turn_after_skip:\n        movement: 1",
      "c.yml:5: piece.rules.params.turn_after_skip.movement: found the unknown key 'movement'; allowed: min_n_scale_degrees"
    ),
    (
      "piece:\n  rendering_params:\n    midi:\n      velocity: 128",
      "c.yml:4: piece.rendering_params.midi.velocity: found '128'; allowed: an integer from 0 to 127"
    ),
    (
      "piece:\n  rendering_params:\n    sinethesizer:\n      counterpoint_timbre: brass",
      "c.yml:4: piece.rendering_params.sinethesizer.counterpoint_timbre: found the unknown key 'counterpoint_timbre'"
    ),
    (
      "piece: {tonic: C}\nagent:\n  n_trials_factor: 0",
      "c.yml:3: agent.n_trials_factor: found '0'; allowed: a number from 1e-06 to 1000000"
    ),
    (
      "piece: {tonic: C}\nagent:\n  n_trials_estimation_width: 0",
      "c.yml:3: agent.n_trials_estimation_width: found '0'; allowed: an integer from 1 to 100000"
    ),
    (
      "piece: {tonic: C}\nenvironment:\n  scoring_coefs:\n    entropie: 1",
      "c.yml:4: environment.scoring_coefs.entropie: found the unknown scoring function 'entropie' (did you mean 'entropy'?)"
    ),
    (
      "piece: {rules: {names: [turn_after_ship]}}",
      "c.yml:1: piece.rules.names: found the unknown rule 'turn_after_ship' (did you mean 'turn_after_skip'?)"
    ),
    ("piece:\n  parts: [above, beside]", "c.yml:2: piece.parts: found 'beside' in the list"),
    ("piece:\n  parts: []", "c.yml:2: piece.parts: found an empty list; allowed: a list of one to three of above"),
    ("piece:\n  melody: C4 H4", "c.yml:2: piece.melody: found 'H4'; allowed: notes like D4"),
    ("piece:\n  melody: \"\"", "c.yml:2: piece.melody: found no note; allowed: notes like D4"),
    ("piece:\n  melody: C4:4", "c.yml:2: piece.melody: found a single bar; allowed: a melody that begins in its"),
    ("piece: {tonic: D}", "c.yml:1: piece.cantus_firmus: found C4 in the list; allowed: notes of D major"),
  ]

  @Test(arguments: faults) func faultsAreOneLine(text: String, line: String) {
    let error = #expect(throws: ConfigurationError.self) { try load(text) }
    #expect(error?.description.hasPrefix(line) == true, "\(error?.description ?? "")")
  }

  @Test func emptyParametersAreTheDefaults() throws {
    let configuration = try load("piece: {rules: {params: null}}\nenvironment: {scoring_fn_params: null}")
    #expect(configuration.rules.count == 15)
    let chosen = try load("piece: {rules: {names: [turn_after_skip, rearticulation_stability]}}")
    #expect(chosen.rules.map { type(of: $0).name } == ["turn_after_skip", "rearticulation_stability"])
    #expect(try load("piece: {rules: {names: []}}").rules.isEmpty)
  }

  @Test func aMelodyGetsWhatFitsIt() throws {
    let configuration = try load("", melody: "D4 F4 E4 D4 G4 F4 A4 G4 F4 E4 D4")
    let task = configuration.task
    #expect(task.scale.name == "D natural_minor")
    #expect(task.isAbove && task.stepCount == 88)
    #expect([1, 3, 5].contains(task.scale.degree(at: task.start)) && task.scale.degree(at: task.end) == 1)
    #expect(KeyboardScale.isConsonant(task.key(task.start), 62))
    let rhythmic = try load("", melody: "r:2 F4:2 Bb4:4 A4:3 G#4:1 r:4 G4 F4").task
    #expect(rhythmic.scale.name == "F major" && rhythmic.stepCount == 32)
    #expect(rhythmic.melodyKeys[0] == -1 && rhythmic.melodyKeys[11] == 68)
    let below = try load("piece: {melody: C5 D5 E5 D5 C5, parts: [below]}").task
    #expect(!below.isAbove && below.key(below.range.upperBound) <= 76)
  }

  static let files = [
    "piece: {melody: \"C4:4 D4:4 r:4 E4:4 C4\"}", "piece: {tonic: C, parts: [above, below]}",
    "piece: {rules: {names: [turn_after_skip]}}\nagent: {beam_width: 2}",
    "piece: {tonic: C}\nenvironment: {scoring_fn_params: {number_of_skips: {rewards: {2: 1}}}, scoring_coefs: {entropy: 2}}",
    "piece: {tonic: Bb, cantus_firmus: [Bb3, C4, Eb4, D4, Bb3], counterpoint_specifications: {start_note: F4, end_note: Bb4, "
      + "lowest_note: Bb3, highest_note: A5}}",
  ]

  @Test(arguments: files) func theEffectiveTextReadsAsTheSame(text: String) throws {
    let configuration = try Configuration(text: text, file: "c.yml")
    let again = try Configuration(text: configuration.effectiveText, file: "effective.yml")
    #expect(again.effectiveText == configuration.effectiveText)
    #expect(again.digest == configuration.digest)
    #expect(again.counterpoint?.task.range == configuration.counterpoint?.task.range)
    #expect(configuration.digest != (try Configuration(text: "piece: {tonic: C}", file: "c.yml")).digest)
  }
}
