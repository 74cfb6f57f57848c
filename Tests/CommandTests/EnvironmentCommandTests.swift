import Foundation
import Testing

@testable import rlmusician

@Suite struct EnvironmentCommandTests {
  private static let small = "environment: {n_semitones: 5, n_roll_steps: 2, n_draws_per_roll_step: 1}\n"

  @Test func aSessionGoesOnAfterBadLines() throws {
    try CommandRun.withFolder(["c.yml": Self.small]) { folder in
      let long = String(repeating: "x", count: 200_000)
      let lines = [
        #"{"reset": {}}"#, "nonsense", long, #"{"step": {"action": 9}}"#, #"{"step": {"action": 4}}"#,
        #"{"step": {"action": 4}}"#,
      ]
      // The last line has no line break, one line is no text.
      let input = Array(lines.joined(separator: "\n").utf8) + [10, 0xFF, 10] + Array(#"{"reset": {}}"#.utf8)
      let run = try CommandRun(["environment", "-c", "c.yml"], input: input, in: folder)
      #expect(run.status == 0 && run.errors.isEmpty)
      let answers = run.output.split(separator: "\n")
      let kinds = answers.map { $0.contains("error") ? "error" : $0.contains("reward") ? "step" : "reset" }
      #expect(kinds == ["reset", "error", "error", "error", "step", "error", "error", "reset"])
      #expect(answers[4].hasPrefix(#"{"observation": [0.0, 0.0, 0.0, 0.0, 0.75], "reward": "#))
      #expect(answers[4].hasSuffix(#""terminated": true}"#))
    }
  }

  @Test func badConfigurationsEndTheProgram() throws {
    try CommandRun.withFolder(["c.yml": "environment:\n  n_semitones: 3\n"]) { folder in
      let run = try CommandRun(["environment", "-c", "c.yml"], in: folder)
      #expect(run.status == 78)
      #expect(run.errors.contains("c.yml:1: environment.scoring_fn_params.usage_of_tonic.tonic_position: found"))
      #expect(run.output.isEmpty)
      #expect(try CommandRun(["environment", "-c", "none.yml"], in: folder).status == 66)
    }
  }

  /// Every answer is there before the next request is sent, and a reader that goes away ends the session with 0.
  @Test func answersAreFlushedAndAClosedPipeIsTheEnd() throws {
    try CommandRun.withFolder(["c.yml": Self.small]) { folder in
      let process = Process()
      process.executableURL = CommandRun.program
      process.arguments = ["environment", "-c", folder.appending(path: "c.yml").path()]
      let requests = Pipe()
      let answers = Pipe()
      process.standardInput = requests
      process.standardOutput = answers
      try process.run()
      for _ in 0..<3 {
        try requests.fileHandleForWriting.write(contentsOf: Data("{\"reset\": {}}\n".utf8))
        let answer = answers.fileHandleForReading.availableData
        #expect(answer == Data("{\"observation\": [0.0, 0.0, 0.0, 0.0, 0.0]}\n".utf8))
      }
      try answers.fileHandleForReading.close()
      try requests.fileHandleForWriting.write(contentsOf: Data("{\"reset\": {}}\n".utf8))
      process.waitUntilExit()
      #expect(process.terminationReason == .exit)
      #expect(process.terminationStatus == 0)
    }
  }
}

@Suite struct LineReaderTests {
  private func lines(_ text: String, limit: Int) throws -> [LineReader.Line] {
    let pipe = Pipe()
    try pipe.fileHandleForWriting.write(contentsOf: Data(text.utf8))
    try pipe.fileHandleForWriting.close()
    var reader = LineReader(descriptor: pipe.fileHandleForReading.fileDescriptor, limit: limit)
    var lines: [LineReader.Line] = []
    while let line = try reader.next() { lines.append(line) }
    return lines
  }

  @Test func linesOfAllLengths() throws {
    func complete(_ text: String) -> LineReader.Line { .complete(ArraySlice(text.utf8)) }
    #expect(try lines("", limit: 4) == [])
    #expect(try lines("\n", limit: 4) == [complete("")])
    #expect(try lines("a\n\nbc", limit: 4) == [complete("a"), complete(""), complete("bc")])
    #expect(try lines("1234\n12345\n1\n", limit: 4) == [complete("1234"), .tooLong, complete("1")])
    let long = String(repeating: "x", count: 40_000)
    #expect(try lines(long + "\nend", limit: 100) == [.tooLong, complete("end")])
    #expect(try lines(long, limit: 100) == [.tooLong])
    #expect(try lines(long + "\n", limit: 50_000) == [complete(long)])
  }
}
