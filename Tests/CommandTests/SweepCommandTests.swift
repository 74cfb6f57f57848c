import Core
import Foundation
import Testing

@testable import rlmusician

@Suite struct SweepCommandTests {
  private static let files = [
    "c.yml": "environment: {n_semitones: 13, n_roll_steps: 9}\nagent: {method: cross_entropy, population_size: 12}\n",
    "s.yml": "config: c.yml\nseeds: [1, 2]\npopulations: 2\npieces: 3\nkeys: {agent.weights_std: [0.5, 1]}\n",
  ]

  @Test func tableAndFilesAndNothingTwice() throws {
    try CommandRun.withFolder(Self.files) { folder in
      let run = try CommandRun(["sweep", "-c", "s.yml", "-o", "out", "--threads", "3"], in: folder)
      #expect(run.status == 0, "\(run.errors)")
      let lines = run.output.split(separator: "\n")
      #expect(lines.count == 3 && lines[0].hasPrefix("agent.weights_std\tpopulations\tseeds\treward\t"))
      #expect(lines[1].hasPrefix("0.5\t2\t2\t"))
      let names = try FileManager.default.contentsOfDirectory(atPath: folder.path() + "/out/trainings").sorted()
      #expect(names.count == 4)
      for name in ["sweep.tsv", "sweep.json", "sweep.svg"] {
        #expect(FileManager.default.fileExists(atPath: folder.path() + "/out/\(name)"), "\(name)")
      }
      try FileManager.default.removeItem(atPath: folder.path() + "/out/trainings/\(names[2])")
      try Data("{}".utf8).write(to: folder.appending(path: "out/trainings/\(names[3])"))
      let again = try CommandRun(["sweep", "-c", "s.yml", "-o", "out", "--threads", "1"], in: folder)
      #expect(again.errors.contains("4 trainings, 2 of them done before, 1 thread"), "\(again.errors)")
      #expect(again.output == run.output)
      let json = try CommandRun(["sweep", "-c", "s.yml", "-o", "out", "--json"], in: folder)
      #expect(json.output.contains("\"combinations\": ["), "\(json.output)")
    }
  }

  @Test(arguments: [
    (["sweep"], 64, "config"), (["sweep", "-c", "none.yml"], 66, "none.yml"),
    (["sweep", "-c", "bad.yml"], 78, "bad.yml:1: agent.methode"),
    (["sweep", "-c", "s.yml", "--threads", "0"], 64, "0"),
    (["sweep", "-c", "s.yml", "-o", "s.yml/x"], 73, "s.yml"),
  ])
  func faults(arguments: [String], status: Int32, text: String) throws {
    var files = Self.files
    files["bad.yml"] = "keys: {agent.methode: [a]}"
    try CommandRun.withFolder(files) { folder in
      let run = try CommandRun(arguments, in: folder)
      #expect(run.status == status)
      #expect(run.errors.contains(text) && run.errors.split(separator: "\n").count == 1, "\(run.errors)")
    }
  }

  @Test(
    arguments: [
      .idle, .result(7, [1, 2]), .result(0, []), .returned(1 << 40), .alive, .train(3), .end, .gone,
    ] as [SweepMessage])
  func messages(message: SweepMessage) { #expect(SweepMessage(message.bytes) == message) }

  @Test(arguments: [[], [0], [9, 0, 0, 0, 0, 0, 0, 0, 0], [1, 0, 0, 0, 0, 0, 0, 0, 255]] as [[UInt8]])
  func whatIsNoMessage(bytes: [UInt8]) { #expect(SweepMessage(bytes) == nil) }
}
