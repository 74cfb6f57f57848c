import Testing

@testable import Core

/// What YAML files do to those who read them.
@Suite struct YAMLReaderTests {
  static let unreadable: [(String, String)] = [
    ("- 1\n- 2", "c.yml:1: found a list; allowed: a mapping of keys to values"),
    ("hello", "c.yml:1: found 'hello'; allowed: a mapping of keys to values"),
    ("agent:\n\tpopulation_size: 3", "c.yml:2: found a tab in the indentation; allowed: spaces"),
    (
      "agent: {\n",
      "c.yml:2: found no YAML: did not find expected node content; allowed: YAML, a mapping of keys to values"
    ),
    (
      "agent:\n  weights_std: 1\n  weights_std: 2",
      "c.yml:2: found the key 'weights_std' more than once; allowed: every key once in a mapping"
    ),
    ("agent: {}\n---\nagent: {}", "c.yml:2: found a second document; allowed: one document a file"),
    ("agent: \u{7}", "c.yml:1: found a control character (byte 7); allowed: text"),
    ("\n\nagent: \0", "c.yml:3: found a control character (byte 0); allowed: text"),
    ("agent: *nothing", "c.yml:1: found no YAML: found undefined alias; allowed: YAML, a mapping of keys to values"),
    ("agent: !ruby/object:Foo {}", "c.yml:1: found the tag '!ruby/object:Foo'; allowed: values without a tag"),
    (
      "agent: !!python/object/apply:os.system [ls]",
      "c.yml:1: found the tag 'tag:yaml.org,2002:python/object/apply:os.system'; allowed: values without a tag"
    ),
    ("? [a]\n: 1", "c.yml:1: found a list or mapping as a key; allowed: plain keys"),
    ("a: &x [1]\n? *x\n: 1", "c.yml:2: found a list, a mapping or an alias as a key; allowed: plain keys"),
    ("a: &x [1]\n*x : 1", "c.yml:2: found a list, a mapping or an alias as a key; allowed: plain keys"),
    ("agent: {population_size: !!int x}", "c.yml:1: found 'x' with the tag !!int; allowed: what the tag says"),
    (
      "agent: {population_size: !!int \"1.5\"}",
      "c.yml:1: found '1.5' with the tag !!int; allowed: what the tag says"
    ),
    (
      "agent: {population_size: !!str 13}",
      "c.yml:1: agent.population_size: found the text '13'; allowed: an integer from 1 to 1000000"
    ),
    ("<<: 3", "c.yml:1: found '<<' with '3'; allowed: '<<' with a mapping or a list of mappings"),
  ]

  @Test(arguments: unreadable) func refusesInOneLine(text: String, line: String) {
    #expect(fault(text) == line)
  }

  static let readable: [String] = [
    "", "\n", "# nothing but a comment", "---\n", "null", "~", "{}", "agent:", "agent: ~", "agent: {}",
    "agent:\r\n  weights_std: 2.5\r\n", "--- \nagent: {weights_std: 2.5}\n...\n",
    "%YAML 1.1\n---\nagent: {weights_std: +2.5}",
    "\"agent\": {'weights_std': 2.5}", "agent: {weights_std: 0.25e1}", "agent: {weights_std: 2_.5}",
    "agent: !!map {weights_std: !!float 2.5}", "agent: {weights_std: !!float '2.5', population_size: !!int \"13\"}",
    "agent: {n_processes: !!null '', weights_std: 2.5}", "x-base: &base {weights_std: 2.5}\nagent: *base",
  ]

  @Test(arguments: readable) func accepts(text: String) throws {
    let configuration = try Configuration(text: text, file: "c.yml")
    #expect(configuration.agent.weightsDeviation == (text.contains("5") ? 2.5 : 1))
  }

  @Test func aliasesAndMergeKeysStandForWhatTheyName() throws {
    let configuration = try Configuration(
      text: """
        agent: &a {population_size: 20, elite_fraction: &half 0.5, smoothing_coef: *half}
        environment:
          rendering_params:
            midi: &m {instrument: 7}
            sinethesizer: {}
        """, file: "c.yml")
    #expect(configuration.agent.smoothing == 0.5)
    #expect(configuration.environment.performance.program == 7)
    let merged = try ConfigurationSection.root(
      text: "a: &a {x: 1, y: 2}\nb: &b {y: 3, z: 4}\nc: {<<: [*a, *b], x: 9}", file: "c.yml"
    ).section("c")
    #expect(try merged.integer("x", default: 0, in: 0...9) == 9)
    #expect(try merged.integer("y", default: 0, in: 0...9) == 2)
    #expect(try merged.integer("z", default: 0, in: 0...9) == 4)
  }

  @Test(.timeLimit(.minutes(1))) func bombsAndDepthEndQuickly() {
    var bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
    for level in 1...12 {
      bomb += "a\(level): &a\(level) [" + (0..<9).map { _ in "*a\(level - 1)" }.joined(separator: ", ") + "]\n"
    }
    #expect(fault(bomb).contains("found more than 300000 values"))
    #expect(fault(bomb + "? *a12\n: 1").contains("an alias as a key"))
    #expect(fault("a: " + String(repeating: "[", count: 100_000)).contains("c.yml"))
    #expect(fault("a: " + String(repeating: "[", count: 200) + String(repeating: "]", count: 200)).contains("levels"))
    #expect(fault("a: " + String(repeating: "- ", count: 900) + "1").contains("c.yml"))
    #expect(fault(String(repeating: "? ", count: 5000) + "1").contains("c.yml"))
    #expect(fault("a: [" + String(repeating: "1,", count: 400_000) + "]").contains("found more than 300000 values"))
    let manyKeys = (0..<100_000).map { "k\($0): 1\n" }.joined()
    #expect(fault(manyKeys).contains("the unknown key 'k0'"))
  }

  @Test func textIsUTF8WithOrWithoutAMark() throws {
    #expect(try ConfigurationFile.text([0xEF, 0xBB, 0xBF] + Array("a: 1".utf8), file: "c.yml") == "a: 1")
    #expect(
      throws: ConfigurationError(
        file: "c.yml", line: 2, keyPath: "", found: "bytes that are no UTF-8", allowed: "UTF-8")
    ) {
      try ConfigurationFile.text(Array("a: 1\nb: ".utf8) + [0xE4, 0x0A, 0x61], file: "c.yml")
    }
    #expect(throws: ConfigurationError(file: "c.yml", line: 1, keyPath: "", found: "UTF-16", allowed: "UTF-8")) {
      try ConfigurationFile.text([0xFF, 0xFE, 0x61, 0], file: "c.yml")
    }
  }

  static let scalars: [(String, Int?, Double?)] = [
    ("0", 0, 0), ("-0", 0, 0), ("+7", 7, 7), ("1_000", 1000, 1000), ("0x1F", 31, 31), ("-0x10", -16, -16),
    ("0o17", 15, 15), ("0b101", 5, 5), ("1e3", nil, 1000), ("1.", nil, 1), (".5", nil, 0.5), ("-.5e-1", nil, -0.05),
    ("9223372036854775807", Int.max, 9_223_372_036_854_775_808),
    ("9223372036854775808", nil, 9_223_372_036_854_775_808),
    ("010", nil, nil), ("00", nil, nil), ("0.5", nil, 0.5), ("1_", nil, nil), ("_1", nil, nil), ("1__0", nil, nil),
    ("0x", nil, nil), ("0x-1", nil, nil), ("--1", nil, nil), ("+-1", nil, nil), ("1e", nil, nil), (".", nil, nil),
    ("e5", nil, nil), ("nan", nil, nil), ("inf", nil, nil), ("-inf", nil, nil), ("1 2", nil, nil), ("1,5", nil, nil),
    ("١", nil, nil), ("", nil, nil), ("1d3", nil, nil), ("0x1.8p1", nil, nil), ("1e400", nil, nil),
  ]

  @Test(arguments: scalars) func numbers(text: String, integer: Int?, number: Double?) {
    let scalar = YAMLScalar(text: text, isPlain: true)
    #expect(scalar.integer == integer)
    #expect(scalar.number == number)
    #expect(YAMLScalar(text: text, isPlain: false).number == nil)
  }
}
