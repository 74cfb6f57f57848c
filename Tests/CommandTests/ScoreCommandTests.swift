import Foundation
import Testing

@testable import rlmusician

@Suite struct ScoreCommandTests {
  private static let files = [
    "c.yml": "environment:\n  n_semitones: 3\n  scoring_coefs: {lines: -2, contrary_motion: 0, noncyclicity: 0.5}\n",
    "a.tsv": "1\t0\n0\t1\n1\t1\n",
    "b.tsv": "1\t1\t1\n",
    "ragged.tsv": "1\t1\t1\n1\t1\n",
    "gap.yml": """
    environment:
      scoring_coefs: {consonances: 1}
      scoring_fn_params:
        consonances:
          interval_consonances: {1: 1}

    """,
  ]

  private struct Report: Decodable {
    struct Roll: Decodable {
      var file: String
      var total: Double
      var rules: [String: [String: Double]]
    }
    var rolls: [Roll]
  }

  @Test func jsonForPrograms() throws {
    try CommandRun.withFolder(Self.files) { folder in
      let run = try CommandRun(["score", "a.tsv", "b.tsv", "--config", "c.yml", "--json"], in: folder)
      #expect(run.status == 0 && run.errors.isEmpty)
      let rolls = try JSONDecoder().decode(Report.self, from: Data(run.output.utf8)).rolls
      #expect(rolls.map(\.file) == ["a.tsv", "b.tsv"])
      // Two of three lines at both steps; four of six cells, one of them held, are more than an eighth.
      #expect(
        rolls[0].rules == [
          "lines": ["raw": -2, "coefficient": -2, "weighted": 4],
          "noncyclicity": ["raw": 1, "coefficient": 0.5, "weighted": 0.5],
        ])
      #expect(rolls.map(\.total) == [4.5, 12.5])
      #expect(run.output.contains(#"{"file": "a.tsv", "total": 4.5, "rules": {"lines": "#))
    }
  }

  @Test func tablesForPeople() throws {
    try CommandRun.withFolder(Self.files) { folder in
      let run = try CommandRun(["score", "b.tsv", "a.tsv", "-c", "c.yml"], in: folder)
      #expect(run.status == 0)
      #expect(
        run.output == """
          b.tsv: 1 row, 3 steps
            rule          raw  coefficient  weighted
            lines          -6           -2        12
            noncyclicity    1          0.5       0.5
            total                               12.5

          a.tsv: 3 rows, 2 steps
            rule          raw  coefficient  weighted
            lines          -2           -2         4
            noncyclicity    1          0.5       0.5
            total                                4.5

          """)
    }
  }

  @Test(arguments: [
    (["score", "ragged.tsv"], Int32(65), "ragged.tsv:2: "),
    (["score", "b.tsv", "none.tsv"], 66, "none.tsv: "),
    (["score", "b.tsv", "-c", "none.yml"], 66, "none.yml: "),
    (["score", "a.tsv", "-c", "gap.yml"], 78, "gap.yml:5: environment.scoring_fn_params.consonances"),
  ])
  func faultsAreOneLine(arguments: [String], status: Int32, message: String) throws {
    try CommandRun.withFolder(Self.files) { folder in
      // The default configuration is not needed to find these.
      let config = arguments.contains("-c") ? [] : ["-c", "c.yml"]
      let run = try CommandRun(arguments + config, in: folder)
      #expect(run.status == status)
      #expect(run.output.isEmpty)
      #expect(run.errors.contains(message) && run.errors.split(separator: "\n").count == 1, "\(run.errors)")
    }
  }

  /// Intervals that no roll has need no value.
  @Test func onlyTheRollsIntervalsCount() throws {
    try CommandRun.withFolder(Self.files.merging(["two.tsv": "1\n1\n"]) { $1 }) { folder in
      let run = try CommandRun(["score", "two.tsv", "-c", "gap.yml", "--json"], in: folder)
      #expect(run.output.contains(#""total": 1.0"#))
    }
  }
}
