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
