import Testing

@testable import Core

/// What the configuration may say of rules, and what it may not.
@Suite struct RuleConfigurationTests {
  @Test func withoutCoefficientsTheDefaultsHold() throws {
    let rules = try WeightedRules(yaml: "")
    let root = try ConfigurationSection.root(text: Configuration.defaultText, file: "default")
    let given = try WeightedRules(environment: root.section("environment"), tuning: .twelveToneEqual)
    for rules in [rules, given] {
      #expect(rules.entries.map(\.coefficient) == [250, 30, 1, 2, 1, 1, 1, 1])
      #expect(rules.entries.map { type(of: $0.rule).name }.prefix(3) == ["noncyclicity", "usage_of_tonic", "lines"])
    }
    let roll = try #require(PianoRoll(rowTexts: ["1011", "0110", "1001", "0101", "1111"]))
    #expect(rules.evaluate(roll) == given.evaluate(roll))
  }

  @Test func theOrderIsTheFilesAndZerosAreLeftOut() throws {
    let rules = try WeightedRules(yaml: "scoring_coefs: {lines: -0.5, noncyclicity: 0, conjunct_motion: 3}")
    #expect(rules.entries.map { type(of: $0.rule).name } == ["lines", "conjunct_motion"])
    #expect(rules.entries.map(\.coefficient) == [-0.5, 3])
    #expect(try WeightedRules(yaml: "scoring_coefs: {}").entries.isEmpty)
  }

  @Test func aSilentRuleCanBeGivenASay() throws {
    let rules = try WeightedRules(
      yaml: "scoring_coefs: {lines: 2, conjunct_motion: 0}\nscoring_fn_params: {conjunct_motion: {max_n_semitones: 5}}")
    #expect(rules.silent.count == 7)
    let roll = try #require(PianoRoll(rowTexts: ["10001", "00010", "01000", "00000", "00100", "01010"]))
    let louder = rules.weighted(by: ["conjunct_motion": 3, "consonances": -1, "lines": 0])
    let asked = try WeightedRules(
      yaml: """
        scoring_coefs: {consonances: -1, conjunct_motion: 3}
        scoring_fn_params: {conjunct_motion: {max_n_semitones: 5}}
        """)
    #expect(louder.evaluate(roll).total == asked.evaluate(roll).total)
    #expect(Set(louder.silent.map { type(of: $0).name }).isSuperset(of: ["lines", "noncyclicity"]))
    #expect(
      louder.weighted(by: ["lines": 2, "consonances": 0, "conjunct_motion": 0]).evaluate(roll) == rules.evaluate(roll))
    #expect(WeightedRules.defaultCoefficient(of: "noncyclicity") == 250)
  }

  @Test func whatTheRowsCannotHaveStaysSilent() throws {
    let text =
      "environment: {n_semitones: 2, n_roll_steps: 4, scoring_coefs: {lines: 1}, rendering_params: {lowest_note: F4}}"
    let rules = try Configuration(text: text, file: "c").environment.rules
    #expect(!rules.silent.contains { type(of: $0).name == "usage_of_tonic" })
  }

  @Test func everyRuleHasAName() {
    let names = RuleRegistry.rules.map { $0.name }
    #expect(Set(names).count == names.count)
    // A new rule need not have a say by default.
    #expect(Set(names).isSuperset(of: WeightedRules.defaultCoefficients.map(\.rule)))
  }

  @Test(arguments: [
    ("scoring_coefs: {line: 1}", "scoring_coefs.line"),
    ("scoring_coefs: {lines: much}", "scoring_coefs.lines"),
    ("scoring_coefs: {lines: .nan}", "scoring_coefs.lines"),
    ("scoring_coefs: {lines: 1e300}", "scoring_coefs.lines"),
    ("scoring_coefs: [lines]", "scoring_coefs"),
    ("scoring_fn_params: {line: {}}", "scoring_fn_params.line"),
    ("scoring_fn_params: {lines: {n: 1}}", "scoring_fn_params.lines.n"),
    ("scoring_fn_params: {lines: {n_lines: -1}}", "scoring_fn_params.lines.n_lines"),
    ("scoring_fn_params: {lines: {n_lines: 2.5}}", "scoring_fn_params.lines.n_lines"),
    ("scoring_fn_params: {lines: {n_lines: 99999999999999999999}}", "scoring_fn_params.lines.n_lines"),
    ("scoring_fn_params: {absence_of_outer_notes: {scale: dorian}}", "scoring_fn_params.absence_of_outer_notes.scale"),
    ("scoring_fn_params: {absence_of_outer_notes: {scale: [0, 12]}}", "scoring_fn_params.absence_of_outer_notes.scale"),
    ("scoring_fn_params: {absence_of_outer_notes: {scale: {}}}", "scoring_fn_params.absence_of_outer_notes.scale"),
    (
      "scoring_fn_params: {conjunct_motion: {max_cents: 1, max_n_semitones: 1}}",
      "scoring_fn_params.conjunct_motion.max_cents"
    ),
    ("scoring_fn_params: {noncyclicity: {max_share: 1.5}}", "scoring_fn_params.noncyclicity.max_share"),
    ("scoring_fn_params: {usage_of_tonic: {tonic_position: x}}", "scoring_fn_params.usage_of_tonic.tonic_position"),
    (
      "scoring_fn_params: {consonances: {interval_consonances: {12: 1}}}",
      "scoring_fn_params.consonances.interval_consonances.12"
    ),
    (
      "scoring_fn_params: {consonances: {interval_consonances: {fifth: 1}}}",
      "scoring_fn_params.consonances.interval_consonances.fifth"
    ),
    (
      "scoring_fn_params: {consonances: {interval_consonances: {7: good}}}",
      "scoring_fn_params.consonances.interval_consonances.7"
    ),
    // Found while the file is read, before keys have paths.
    ("scoring_fn_params: {consonances: {interval_consonances: {7: 1, \"7\": 2}}}", ""),
    (
      "scoring_fn_params: {consonances: {distance_weights: {-1: 1}}}",
      "scoring_fn_params.consonances.distance_weights.-1"
    ),
    ("scoring_fn_params: {consonances: {distance_weights: 1}}", "scoring_fn_params.consonances.distance_weights"),
  ])
  func faultsAreNamed(yaml: String, keyPath: String) {
    let error = #expect(throws: ConfigurationError.self) { try WeightedRules(yaml: yaml) }
    #expect(error?.keyPath == keyPath)
    #expect(error?.line == 1)
    #expect(error?.description.contains("\n") == false)
  }

  @Test func aMisspeltRuleIsGivenTheNearestName() {
    let error = #expect(throws: ConfigurationError.self) { try WeightedRules(yaml: "scoring_coefs: {noncyclicty: 1}") }
    #expect(error?.found == "the unknown rule 'noncyclicty' (did you mean 'noncyclicity'?)")
    #expect(error?.allowed.contains("usage_of_tonic") == true)
  }

  /// A table must have every interval that the roll has; what is missing is named.
  @Test func missingIntervalsAreNamed() throws {
    let five = Tuning(name: "5edo", degreesInCents: (0..<5).map { 240 * Double($0) }, periodInCents: 1200)
    let yaml = "{scoring_coefs: {consonances: 1}, scoring_fn_params: {consonances: {interval_consonances: {1: 2}}}}"
    let rules = try WeightedRules(yaml: yaml, tuning: five)
    try rules.check(rowCount: 2, use: .scoring)
    let error = #expect(throws: ConfigurationError.self) { try rules.check(rowCount: 3, use: .scoring) }
    #expect(error?.keyPath == "scoring_fn_params.consonances.interval_consonances")
    #expect(error?.found.contains("interval 2") == true)
  }

  @Test func smallStepsFollowTheTuning() throws {
    func steps(_ parameters: String, _ tuning: Tuning) throws -> [[Int]] {
      let section = try ConfigurationSection.root(text: parameters, file: "rules.yml")
      return try ConjunctMotion(section, context: RuleContext(tuning: tuning)).smallSteps
    }
    func equal(_ divisions: Int) -> Tuning {
      Tuning(
        name: "equal", degreesInCents: (0..<divisions).map { 1200 * Double($0) / Double(divisions) },
        periodInCents: 1200)
    }
    #expect(try steps("", .twelveToneEqual) == Array(repeating: [-2, -1, 1, 2], count: 12))
    #expect(try steps("max_cents: 300", .twelveToneEqual)[0] == [-3, -2, -1, 1, 2, 3])
    // 189 cents are nearest to two semitones, 253 to three.
    #expect(try steps("", equal(19))[7] == [-3, -2, -1, 1, 2, 3])
    #expect(try steps("max_cents: 130", equal(19))[7] == [-2, -1, 1, 2])
    // 250 cents are as near to three.
    #expect(try steps("", equal(24))[0].max() == 4)
    // A voice can always move to the next degree.
    #expect(try steps("max_cents: 100", equal(5))[0] == [-1, 1])
    // Just whole tones of 204 cents are two semitones.
    let just = Tuning(
      name: "just", degreesInCents: [0, 203.91, 386.314, 498.045, 701.955, 884.359, 1088.269], periodInCents: 1200)
    #expect(try steps("", just) == [[-1, 1], [-1, 1], [-1, 1], [-1, 1], [-1, 1], [-1, 1], [-1, 1]])
    #expect(try steps("max_n_semitones: 3", just)[2] == [-1, 1, 2])
  }
}
