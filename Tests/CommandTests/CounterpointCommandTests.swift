import Foundation
import Testing

/// The program with counterpoint.
@Suite struct CounterpointCommandTests {
  @Test func aMelodyIsComposedAgainst() throws {
    try CommandRun.withFolder(["c.yml": "agent: {search_moves: 2000}\npiece: {tonic: D, scale_type: natural_minor}\n"])
    {
      folder in
      let run = try CommandRun(
        [
          "-c", "c.yml", "--melody", "D4 F4 E4 D4 G4 F4 E4 D4", "-p", "2", "-e", "2", "--seed", "1", "--no-play", "-o",
          "out",
        ], in: folder)
      #expect(run.status == 0, "\(run.errors)")
      #expect(run.output.split(separator: "\n").count == 2)
      let path = try #require(run.output.split(separator: "\n").first?.split(separator: "\t").last)
      let events = try String(
        contentsOf: folder.appending(path: "\(path)/sinethesizer_events.tsv"), encoding: .utf8)
      #expect(events.contains("\tcantus_firmus\n") && events.contains("\tcounterpoint\n"))
    }
  }

  /// A counterpoint's folder says by itself what it is; a bare roll does not.
  @Test func piecesAreScoredAsCounterpoint() throws {
    let files = [
      "c.yml": "environment: {kind: counterpoint}\nagent: {search_moves: 500}\n", "roll.tsv": "0\t1\n1\t0\n",
    ]
    try CommandRun.withFolder(files) { folder in
      let run = try CommandRun(
        [
          "-c", "c.yml", "--melody", "D4 F4 E4 D4 E4 D4", "-p", "1", "-e", "1", "--seed", "3", "--no-play", "-o", "out",
        ],
        in: folder)
      let words = run.output.split(separator: "\n").first?.split(separator: "\t") ?? []
      let (total, path) = (try #require(words.first), try #require(words.last))
      for options in [[], ["-c", "c.yml"]] {
        let score = try CommandRun(["score", "\(path)", "\(path)/piano_roll.tsv"] + options, in: folder)
        #expect(score.status == 0, "\(score.errors)")
        #expect(score.output.contains("6 bars, 0 rules broken") && score.output.contains("entropy"))
        // As written in the run, with fewer digits.
        let scored = try #require(score.output.firstMatch(of: /total +([0-9.]+)/)?.1)
        #expect(abs((Double(scored) ?? 0) - (Double(total) ?? -1)) <= 0.005)
        #expect(!score.output.contains("noncyclicity"))
      }
      let json = try CommandRun(["score", "\(path)", "--json"], in: folder)
      #expect(json.output.contains(#"{"counterpoints": [{"file""#) && json.output.contains(#""intervals": [["#))
      for command in ["score", "render"] {
        let bare = try CommandRun([command, "roll.tsv", "-c", "c.yml"], in: folder)
        #expect(bare.status == 65 && bare.errors.contains("allowed: a piece's folder"), "\(bare.errors)")
      }
    }
  }

  /// The run that was interrupted ends with the bytes of the one that was not.
  @Test func itGoesOnFromACheckpoint() throws {
    try CommandRun.withFolder([
      "c.yml": "piece: {tonic: C}\nagent: {search_moves: 1000, policy_gradient: {annealing_populations: 4}}\n"
    ]) {
      folder in
      func train(_ populations: String, _ output: String, _ options: String...) throws -> CommandRun {
        try CommandRun(["-c", "c.yml", "-p", populations, "-e", "2", "--no-play", "-o", output] + options, in: folder)
      }
      let whole = try train("4", "whole", "--seed", "6")
      _ = try train("2", "parts", "--seed", "6")
      let resumed = try train("4", "parts", "--resume")
      #expect(whole.status == 0 && resumed.status == 0, "\(resumed.errors)")
      func contents(_ run: CommandRun) throws -> [Data] {
        try run.output.split(separator: "\n").map { line in
          let path = try #require(line.split(separator: "\t").last)
          return try Data(contentsOf: folder.appending(path: "\(path)/music.mid"))
        }
      }
      #expect(try contents(whole) == contents(resumed))
      let files = try FileManager.default.contentsOfDirectory(atPath: folder.appending(path: "whole").path())
      #expect(files.contains { $0.hasPrefix("agent_weights_") } && files.contains("training.svg"))
    }
  }

  @Test func theOriginalsKeysMeanItsSearch() throws {
    try CommandRun.withFolder(["c.yml": "piece: {tonic: C}\nagent: {n_trials_factor: 0.3}\n"]) { folder in
      let run = try CommandRun(
        ["-c", "c.yml", "-e", "1", "--seed", "1", "--no-play", "-o", "out", "--json"], in: folder)
      #expect(run.status == 0, "\(run.errors)")
      #expect(run.output.contains("\"event\": \"piece\""))
    }
  }

  @Test func whatCannotBeComposedIsOneLine() throws {
    let files = [
      "far.yml": "piece: {cantus_firmus: [C4, D4, C4], counterpoint_specifications: {start_note: C8}}\n",
      "roll.yml": "environment: {kind: piano_roll}\n",
    ]
    try CommandRun.withFolder(files) { folder in
      let far = try CommandRun(["-c", "far.yml", "-p", "1", "--no-play"], in: folder)
      #expect(far.status == 78 && far.errors.contains("far.yml: piece: found no line that keeps all rules"))
      let bad = try CommandRun(["--melody", "D4 H4", "-p", "1", "--no-play"], in: folder)
      #expect(bad.status == 78 && bad.errors.contains("'H4'"))
      #expect(try CommandRun(["--melody", "none.mid", "-p", "1", "--no-play"], in: folder).status == 66)
      #expect(try CommandRun(["-c", "roll.yml", "--melody", "C4 C4", "--no-play"], in: folder).status == 78)
      #expect(try CommandRun(["daemon", "-c", "far.yml", "--no-play"], in: folder).status == 78)
      // The environment itself says what the original would: that nothing is valid.
      let answer = try CommandRun(["environment", "-c", "far.yml"], input: Array(#"{"reset": {}}"#.utf8), in: folder)
      #expect(answer.status == 0 && answer.output.contains("\"valid_actions\": []"))
    }
  }

  @Test func theDefaultConfigurationIsPrinted() throws {
    let run = try CommandRun(["config", "--kind", "counterpoint"])
    #expect(run.status == 0 && run.output.contains("  cantus_firmus: [C4, D4, E4, "))
  }
}
