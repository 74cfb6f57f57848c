import Foundation
import Testing

@testable import Core

/// The default file, the defaults in Swift and what is printed are one configuration.
@Suite struct EffectiveConfigurationTests {
  private static func load(_ text: String) throws -> Configuration { try Configuration(text: text, file: "c.yml") }

  /// Mappings whose keys are free.
  private static let tables: Set<[String]> = [
    ["environment", "scoring_fn_params", "consonances", "interval_consonances"],
    ["environment", "scoring_fn_params", "consonances", "distance_weights"],
  ]

  @Test func defaultFileHasEveryKeyWithAComment() throws {
    let template = ConfigurationText(template: Configuration.defaultText)
    let root = try ConfigurationSection.root(text: "", file: "default configuration")
    _ = try Configuration(root, use: .composing)
    let free: Set<[String]> = [["environment", "tuning"]]
    let asked = Set(root.askedPaths.filter { path in !free.contains(path) })
    #expect(asked.subtracting(template.paths).isEmpty, "keys that default.yml does not have")
    let inTables = { (path: [String]) in Self.tables.contains(Array(path.dropLast())) }
    let coefficients = ["environment", "scoring_coefs"]
    let unasked = Set(template.paths).subtracting(asked).filter {
      !inTables($0) && Array($0.dropLast()) != coefficients
    }
    #expect(unasked.isEmpty, "keys of default.yml that nobody reads")
    #expect(template.uncommentedPaths(except: Self.tables).isEmpty)
  }

  @Test func defaultFileHasTheDefaultsOfTheProgram() throws {
    #expect(try Self.load("").effectiveText == Configuration.defaultText)
    #expect(try Self.load(Configuration.defaultText).effectiveText == Configuration.defaultText)
    #expect(try Self.load("").digest == Self.load(Configuration.defaultText).digest)
  }

  @Test func defaultsAreTheOriginals() throws {
    let configuration = try Self.load("")
    let environment = configuration.environment
    #expect((environment.rowCount, environment.stepCount, environment.drawsPerStep) == (25, 33, 3))
    #expect(environment.observationDecay == 0.75)
    #expect(environment.outputFolder == "rlmusician_data")
    var performance = PerformanceSettings()
    performance.key = KeySignature(tonic: 64, mode: .major)
    #expect(environment.performance == performance)
    #expect(environment.rules.entries.map(\.coefficient) == [250, 30, 1, 2, 1, 1, 1, 1])
    let agent = configuration.agent
    #expect((agent.populationSize, agent.episodesPerCandidate, agent.eliteCount) == (150, 10, 15))
    #expect((agent.smoothing, agent.weightsDeviation, agent.aggregation) == (0.25, 1, .mean))
    #expect(agent.initialMean == nil && agent.threadCount == nil)
    #expect(configuration.warnings.isEmpty)
  }

  static let files: [String] = [
    "agent: {population_size: 20, elite_fraction: 0.5, aggregation_fn: max, n_processes: 3}",
    "environment: {scoring_coefs: {lines: -1.5, noncyclicity: 3}}",
    "environment: {scoring_coefs: {}}",
    "environment: {scoring_fn_params: {consonances: {interval_consonances: {0: 0, 1: 1, 2: 2, 3: 3, 4: 4, 5: 5, 6: 6, "
      + "7: 7, 8: 8, 9: 9, 10: 10, '11': 0.1}, distance_weights: {2: -1, 0: 1e-7}}}}",
    "environment: {scoring_fn_params: {conjunct_motion: {max_cents: 150}}}",
    "environment: {scoring_fn_params: {absence_of_outer_notes: {scale: [0, 3, 7]}}}",
    "environment: {rendering_params: {dir: 'a b: #c\\d\"\u{e9}', lowest_note: Db3, step_in_seconds: 0.125}}",
    "environment: {rendering_params: {dir: \"true\", sinethesizer: {volume: 1.0, location: -0.5}}}",
    "environment: {rendering_params: {midi: {velocity: 63.7, instrument: 0x10}}}",
    "environment: {rendering_params: {sinethesizer: {effects: [{name: tremolo, frequency: 6, amplitude: 0.5}]}}}",
    "environment: {rendering_params: {sinethesizer: {effects: '[{\"name\": \"vibrato\"}]'}}}",
    "environment: {tuning: 19edo, scoring_coefs: {lines: 1}}",
    "environment: {tuning: 31edo}",
    "environment: {rendering_params: {sinethesizer: {timbre: \"a b\"}}}\ntimbres: [{name: a b, fundamental_waveform: "
      + "square, fundamental_volume_envelope: {name: spike, breakpoint_location: 0.25}, fundamental_effects: [], "
      + "overtones_specs: []}]",
    "playback: {play: \"alsa:plug:'x y'\", volume: 0.25, follow: final}\naudio: {format: \"wav,flac\"}",
    "tuning: {equal: {divisions: 19, period: 2/1}}\nenvironment: {scoring_coefs: {lines: 1}}",
    "tuning: {cents: [100.5, 700, 1200.0], reference_frequency: 100}\nenvironment: {scoring_coefs: {lines: 1}}",
  ]

  @Test(arguments: files) func effectiveTextReadsAsTheSameConfiguration(text: String) throws {
    let configuration = try Self.load(text)
    let effective = configuration.effectiveText
    let again = try Configuration(text: effective, file: "effective.yml")
    #expect(again.effectiveText == effective)
    #expect(again.digest == configuration.digest)
    #expect(again.playback == configuration.playback && again.audio == configuration.audio)
    #expect(again.environment.performance == configuration.environment.performance)
    #expect(
      again.environment.rules.entries.map(\.coefficient) == configuration.environment.rules.entries.map(\.coefficient))
    #expect(effective != Configuration.defaultText)
    // Comments are kept: every line of the default file that is one and does not belong to a table.
    #expect(effective.contains("# Columns of the piano roll; the last one stays empty. 2 to 4096."))
  }

  @Test func effectiveTextHasWhatIsInForce() throws {
    let text = try Self.load("environment: {scoring_coefs: {lines: 2, usage_of_tonic: 0.5}}").effectiveText
    #expect(
      text.contains(
        """
          scoring_coefs:
            # A constant number of notes sounds. Score: minus the number of notes too many or missing.
            lines: 2
            # The lowest voice comes back to the tonic, but not all the time. Score 0 or 1.
            usage_of_tonic: 0.5

        """))
    #expect(!text.contains("noncyclicity: 250"))
    #expect(try Self.load("environment: {scoring_coefs: {}}").effectiveText.contains("  scoring_coefs: {}\n"))
    let effects = try Self.load(
      "environment: {rendering_params: {sinethesizer: {effects: [{name: tremolo, frequency: 6}]}}}")
    #expect(effects.environment.performance.effects == #"[{"name": "tremolo", "frequency": 6}]"#)
    #expect(effects.effectiveText.contains(#"effects: "[{\"name\": \"tremolo\", \"frequency\": 6}]""#))
  }

  @Test func digestKnowsWhatMatters() throws {
    let plain = try Self.load("").digest
    #expect(plain.count == 64)
    let same = [
      "agent: {method: policy_gradient, population_size: 150}", "agent: {method: policy_gradient, weights_std: 1.0}",
      "agent: {policy_gradient: {discount: 0.90}}", "environment: {masks: []}",
      "agent: {n_processes: 7}",
      "environment: {rendering_params: {dir: elsewhere}}", "tuning: {equal: {divisions: 12}}", "tuning: 12edo",
      "environment: {scoring_fn_params: {consonances: {distance_weights: {0: 1.0}}}}",
    ]
    for text in same { #expect(try Self.load(text).digest == plain, "\(text)") }
    let different = [
      "agent: {population_size: 151}", "agent: {method: cross_entropy}", "agent: {policy_gradient: {discount: 0.91}}",
      "environment: {masks: [scale]}", "agent: {elite_fraction: 0.1000001}", "environment: {scoring_coefs: {lines: 1}}",
      "environment: {scoring_coefs: {}}", "environment: {rendering_params: {sinethesizer: {volume: 0.3}}}",
      "environment: {rendering_params: {lowest_note: D4}}", "tuning: {equal: {divisions: 12, period: 1200.1}}",
      "environment: {scoring_fn_params: {lines: {n_lines: 4}}}",
    ]
    let digests = Set(try different.map { try Self.load($0).digest })
    #expect(digests.count == different.count && !digests.contains(plain))
  }

  @Test func numbersKeepHowTheyWereWritten() throws {
    for (written, printed) in [("1", "1"), ("1.0", "1.0"), ("0.20", "0.2"), ("0x2", "2"), ("1e-7", "1e-07")] {
      let text = "environment: {rendering_params: {sinethesizer: {volume: \(written)}}}"
      #expect(try Self.load(text).environment.performance.volume.description == printed)
    }
  }

  @Test func rowsAboveTheKeyboardAreAWarning() throws {
    let configuration = try Self.load("environment:\n  n_semitones: 88\n  rendering_params:\n    lowest_note: C4")
    #expect(
      configuration.warnings == [
        "c.yml:4: environment.rendering_params.lowest_note: 88 rows from C4 up reach MIDI key 147; "
          + "notes above 127 are in no MIDI file"
      ])
    #expect(try Self.load("environment: {n_semitones: 256, n_roll_steps: 4096}").environment.rowCount == 256)
  }
}
