import Testing

@testable import Core

/// Every fault of a configuration is one line: file, line, key path, what was found, what is allowed.
@Suite struct BadConfigurationTests {
  static let unknownKeys: [(String, String)] = [
    (
      "agent:\n  population_sise: 10",
      "c.yml:2: agent.population_sise: found the unknown key 'population_sise' (did you mean 'population_size'?); "
        + "allowed: method, population_size, elite_fraction, n_episodes_per_candidate, aggregation_fn, smoothing_coef, "
        + "weights_std, initial_weights_mean, policy_gradient, observation, n_processes"
    ),
    (
      "n_semitones: 25",
      "c.yml:1: n_semitones: found the unknown key 'n_semitones' (its place is environment.n_semitones); "
        + "allowed: style, timbres, environment, tuning, agent, audio, files, playback, daemon"
    ),
    (
      "environment:\n  rendering_params:\n    midi: {volume: 3}",
      "c.yml:3: environment.rendering_params.midi.volume: found the unknown key 'volume' "
        + "(its place is environment.rendering_params.sinethesizer.volume); allowed: instrument, velocity, tuning_output, mpe_bend_range"
    ),
    (
      "zzz: 1",
      "c.yml:1: zzz: found the unknown key 'zzz'; allowed: style, timbres, environment, tuning, agent, audio, files, playback, daemon"
    ),
    (
      "agnet:\n",
      "c.yml:1: agnet: found the unknown key 'agnet' (did you mean 'agent'?); allowed: style, timbres, environment, tuning, agent, audio, files, playback, daemon"
    ),
  ]

  @Test func publicURLs() throws {
    let token = "token: 0123456789abcdef"
    let http = try Configuration(
      text: "daemon: {http: {\(token), public_url: 'https://A.example:8443/b/'}}", file: "c.yml"
    ).daemon.http
    #expect(http.publicURL?.origin == "https://a.example:8443" && http.publicURL?.authority == "a.example:8443")
    #expect(PublicURL("http://a.example:80")?.origin == "http://a.example")
    for bad in [
      "a.example", "ftp://a.example", "https://", "https://u:p@a.example/", "https://a.example/?q", "//a", "",
    ] {
      #expect(
        fault("daemon: {http: {\(token), public_url: '\(bad)'}}").contains("daemon.http.public_url: found"), "\(bad)")
    }
    #expect(fault("daemon: {http: {public_url: 'https://a.example'}}").contains("unless there is a token"))
  }

  @Test(arguments: unknownKeys) func unknownKeyNamesTheNearest(text: String, line: String) {
    #expect(fault(text) == line)
  }

  static let values: [(String, String)] = [
    // Types.
    ("agent: 3", "c.yml:1: agent: found '3'; allowed: a mapping of keys to values"),
    ("agent: [1]", "c.yml:1: agent: found a list; allowed: a mapping of keys to values"),
    ("environment:\n  n_semitones: many", size("'many'")),
    ("environment:\n  masks: [scael]", "c.yml:2: environment.masks: found 'scael'; allowed: a list of scale, chosen"),
    ("environment:\n  masks: 3", "c.yml:2: environment.masks: found '3'; allowed: a list"),
    ("environment:\n  n_semitones: [25]", size("a list")),
    ("environment:\n  n_semitones: {}", size("an empty mapping")),
    ("environment:\n  n_semitones: '25'", size("the text '25'")),
    ("environment:\n  n_semitones: 25.0", size("'25.0'")),
    ("environment:\n  n_semitones: 2.5e1", size("'2.5e1'")),
    ("environment:\n  n_semitones: true", size("'true'")),
    ("environment:\n  n_semitones:", size("nothing")),
    ("environment:\n  n_semitones: null", size("nothing")),
    ("environment:\n  n_semitones: 010", size("'010'")),
    ("environment:\n  n_semitones: 1:30", size("'1:30'")),
    ("environment:\n  n_semitones: 99999999999999999999", size("'99999999999999999999'")),
    ("environment:\n  n_semitones: -9223372036854775809", size("'-9223372036854775809'")),
    // Ranges.
    ("environment:\n  n_semitones: 0", size("'0'")),
    ("environment:\n  n_semitones: -1", size("'-1'")),
    ("environment:\n  n_semitones: 257", size("'257'")),
    ("environment:\n  n_roll_steps: 1", steps("'1'")),
    ("environment:\n  n_roll_steps: 4097", steps("'4097'")),
    (
      "environment:\n  observation_decay: 1",
      "c.yml:2: environment.observation_decay: found '1'; allowed: a number from 0 to 0.999999"
    ),
    (
      "environment:\n  observation_decay: .nan",
      "c.yml:2: environment.observation_decay: found '.nan'; allowed: a number from 0 to 0.999999"
    ),
    (
      "agent:\n  weights_std: .inf",
      "c.yml:2: agent.weights_std: found '.inf'; allowed: a number from 0 to 1000000"
    ),
    ("agent:\n  weights_std: 1e999", "c.yml:2: agent.weights_std: found '1e999'; allowed: a number from 0 to 1000000"),
    ("agent:\n  weights_std: inf", "c.yml:2: agent.weights_std: found 'inf'; allowed: a number from 0 to 1000000"),
    ("agent:\n  weights_std: 0x1p3", "c.yml:2: agent.weights_std: found '0x1p3'; allowed: a number from 0 to 1000000"),
    (
      "agent:\n  aggregation_fn: meen",
      "c.yml:2: agent.aggregation_fn: found 'meen' (did you mean 'mean'?); allowed: mean, min, median, max"
    ),
    ("agent:\n  aggregation_fn: ~", "c.yml:2: agent.aggregation_fn: found nothing; allowed: mean, min, median, max"),
    ("agent:\n  n_processes: 0", "c.yml:2: agent.n_processes: found '0'; allowed: an integer from 1 to 1024"),
    // Sound.
    (rendering("lowest_note: H4"), note("'H4'")),
    (rendering("lowest_note: C"), note("'C'")),
    (rendering("lowest_note: C99999999999"), note("'C99999999999'")),
    (rendering("lowest_note: 60"), note("'60'")),
    (
      rendering("step_in_seconds: 0"),
      "c.yml:3: environment.rendering_params.step_in_seconds: found '0'; allowed: a number from 1e-06 to 4096"
    ),
    (
      rendering("step_in_seconds: 4000"),
      "c.yml:3: environment.rendering_params.step_in_seconds: found 33 steps of 4000.0 s; "
        + "allowed: pieces of at most 10000 s"
    ),
    (
      rendering("dir: ''"),
      "c.yml:3: environment.rendering_params.dir: found the text ''; allowed: the path of a folder"
    ),
    (
      rendering("dir: \"a\\0b\""),
      "c.yml:3: environment.rendering_params.dir: found the text 'a\\u{0}b'; allowed: the path of a folder"
    ),
    (
      rendering("midi: {instrument: 128}"),
      "c.yml:3: environment.rendering_params.midi.instrument: found '128'; allowed: an integer from 0 to 127"
    ),
    (
      rendering("sinethesizer: {location: 1.5}"),
      "c.yml:3: environment.rendering_params.sinethesizer.location: found '1.5'; allowed: a number from -1 to 1"
    ),
    (rendering("sinethesizer: {effects: [{name: echo}]}"), effects("the effect 'echo'", "tremolo, vibrato")),
    (rendering("sinethesizer: {effects: '[{\"name\": \"tremolo\"'}"), "not JSON"),
    (rendering("sinethesizer: {effects: {name: tremolo}}"), effects("a mapping", "a list of effects")),
  ]

  @Test(arguments: values) func wrongValueSaysWhatIsAllowed(text: String, line: String) {
    #expect(fault(text) == line || (line == "not JSON" && fault(text).contains("which is not JSON")))
  }

  static let combinations: [(String, String)] = [
    (
      "agent:\n  elite_fraction: 0.003",
      "c.yml:2: agent.elite_fraction: found an elite of 0.003 x 150 candidates, rounded to 0; "
        + "allowed: an elite of at least one: more than 0.0033333333333333335"
    ),
    (
      "environment:\n  n_semitones: 256\nagent:\n  population_size: 100000",
      "c.yml:4: agent.population_size: found 100000 candidates with 65792 weights each (256 rows); "
        + "allowed: at most 15199 candidates for this many rows"
    ),
    (
      "agent:\n  population_size: 1000000\n  n_episodes_per_candidate: 100000",
      "c.yml:2: agent.population_size: found 1000000 candidates with 100000 episodes each: "
        + "9600000000000 steps a population; allowed: at most 100000000000 steps a population"
    ),
    (
      "agent:\n  initial_weights_mean: [1, 2]",
      "c.yml:2: agent.initial_weights_mean: found a list of 2 numbers; "
        + "allowed: 650 numbers for 25 rows (n_semitones * n_semitones + n_semitones)"
    ),
    (
      "agent:\n  initial_weights_mean: [1, x]",
      "c.yml:2: agent.initial_weights_mean: found 'x' in the list; allowed: each a number from -1000000000 to 1000000000"
    ),
    (
      "environment:\n  tuning: 19edo\ntuning: 31edo",
      "c.yml:2: environment.tuning: found a second tuning; allowed: one, here or at the top level"
    ),
  ]

  @Test(arguments: combinations) func impossibleCombinationSaysWhy(text: String, line: String) {
    #expect(fault(text) == line)
  }

  @Test func foundTextIsCutAndPrintable() {
    #expect(
      fault("agent:\n  weights_std: \"a\\nb\\e[31m\(String(repeating: "x", count: 1000))\"")
        == "c.yml:2: agent.weights_std: found the text 'a\\u{a}b\\u{1b}[31m\(String(repeating: "x", count: 52))...'; "
        + "allowed: a number from 0 to 1000000")
    #expect(fault("\"a\\nb\": 1").hasPrefix("c.yml:1: a\\u{a}b: found the unknown key 'a\\u{a}b'; allowed:"))
  }

  private static func size(_ found: String) -> String {
    "c.yml:2: environment.n_semitones: found \(found); allowed: an integer from 1 to 256"
  }

  private static func steps(_ found: String) -> String {
    "c.yml:2: environment.n_roll_steps: found \(found); allowed: an integer from 2 to 4096"
  }

  private static func rendering(_ line: String) -> String { "environment:\n  rendering_params:\n    \(line)" }

  private static func note(_ found: String) -> String {
    "c.yml:3: environment.rendering_params.lowest_note: found \(found); "
      + "allowed: a note name from C-1 to G9, as C4 (middle C), F#3, Db4"
  }

  private static func effects(_ found: String, _ allowed: String) -> String {
    "c.yml:3: environment.rendering_params.sinethesizer.effects: found \(found); allowed: \(allowed)"
  }
}

/// The error line of a configuration `c.yml` with this text; empty if there is no error.
func fault(_ text: String) -> String {
  do {
    _ = try Configuration(text: text, file: "c.yml")
    return ""
  } catch {
    return "\(error)"
  }
}
