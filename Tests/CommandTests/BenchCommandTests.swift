import Foundation
import Testing

@testable import rlmusician

/// `rlmusician bench`: what it prints, not how fast the machine is.
@Suite struct BenchCommandTests {
  @Test func printsJSON() throws {
    let run = try CommandRun(["bench", "--json", "--training", "--repeats", "1", "--populations", "1"])
    #expect(run.status == 0 && run.errors.isEmpty)
    let object = try #require(try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
    let rows = try #require(object["threads"] as? [[String: Any]])
    #expect(rows.count == 1)
    #expect(rows[0]["million_steps"] as? Double == 0.144)
    #expect(try #require(rows[0]["million_steps_per_second"] as? Double) > 0)
    #expect(["portable", "avx2", "avx512"].contains(object["kernels"] as? String))
  }

  @Test(arguments: [["--repeats", "0"], ["--threads", "0"], ["--seeds", "7"], ["--populations", "0"]])
  func badUsage(arguments: [String]) throws {
    #expect(try CommandRun(["bench"] + arguments).status == 64)
  }

  @Test func badCurves() throws {
    #expect(try CommandRun(["bench", "--distribution", "/none.json"]).status == 66)
    try CommandRun.withFolder(["c.json": #"{"populations": [1, 2], "per_seed": {"avg_score_over_current_top": [[1]]}}"#]
    ) {
      folder in
      let run = try CommandRun(["bench", "--distribution", "c.json"], in: folder)
      #expect(run.status == 65 && run.errors.hasPrefix("rlmusician: c.json: allowed: JSON with populations"))
    }
  }
}
