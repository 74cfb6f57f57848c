import Core
import Foundation
import Testing

@testable import rlmusician

/// `rlmusician config`, and how the program fails: one line on standard error, the exit code of `sysexits.h`.
@Suite struct ConfigCommandTests {
  @Test func printsTheDefaultFile() throws {
    let run = try CommandRun(["config", "--kind", "piano_roll"])
    #expect(run.status == 0 && run.errors.isEmpty)
    #expect(run.output == Configuration.defaultText)
  }

  /// Who says nothing of what is composed gets songs; who says anything gets what it meant before there were styles.
  @Test(arguments: [
    ("", "song"), ("daemon: {http: {port: 8707}}\nplayback: {volume: 0.5}\n", "song"),
    ("agent: {population_size: 20}\n", "roll"), ("environment: {n_semitones: 13}\n", "roll"),
    ("tuning: 19edo\n", "roll"), ("style: waltz\n", "waltz"),
  ])
  func songsAreTheDefault(text: String, expected: String) throws {
    try CommandRun.withFolder(["c.yml": text]) { folder in
      let effective = try CommandRun(["config", "-c", "c.yml"], in: folder)
      #expect(effective.status == 0, "\(effective.errors)")
      #expect(effective.output.contains("\nstyle: \(expected == "roll" ? "null" : expected)\n"))
      let digest = try CommandRun(["config", "--digest", "-c", "c.yml"], in: folder).output
      if expected == "song" {
        #expect(try CommandRun(["config", "--digest"]).output == digest)
        #expect(try CommandRun(["config", "--digest", "--style", "song"]).output == digest)
      }
      try Data(effective.output.utf8).write(to: folder.appending(path: "d.yml"))
      #expect(try CommandRun(["config", "--digest", "-c", "d.yml"], in: folder).output == digest)
    }
  }

  @Test func printsWhatIsInForceAndReadsItBack() throws {
    let text = "# mine\nenvironment:\n  n_semitones: 13\nagent: {population_size: 20}\n"
    try CommandRun.withFolder(["c.yml": text]) { folder in
      let run = try CommandRun(["config", "-c", "c.yml"], in: folder)
      #expect(run.status == 0 && run.errors.isEmpty)
      #expect(run.output.contains("\n  n_semitones: 13\n"))
      #expect(run.output.contains("\n  population_size: 20\n"))
      try Data(run.output.utf8).write(to: folder.appending(path: "d.yml"))
      #expect(try CommandRun(["config", "-c", "d.yml"], in: folder).output == run.output)
      let digests = try ["c.yml", "d.yml"].map { try CommandRun(["config", "--digest", "-c", $0], in: folder).output }
      #expect(digests[0] == digests[1] && digests[0].utf8.count == 65)
    }
  }

  static let faults: [(file: String, text: String, status: Int32, message: String)] = [
    (
      "c.yml", "agent: {population_size: x}", 78,
      "c.yml:1: agent.population_size: found 'x'; allowed: an integer from 1 to 1000000"
    ),
    (
      "c.yml", "agent: [", 78,
      "c.yml:2: found no YAML: did not find expected node content; allowed: YAML, a mapping of keys to values"
    ),
    ("c.yml", "tuning: {scala: none.scl}", 66, "none.scl: No such file or directory"),
    ("c.yml", "tuning: {scala: c.yml}", 65, "c.yml:1: the file ends"),
    ("none.yml", "", 66, "none.yml: No such file or directory"),
    (".", "", 66, ".: a folder; a configuration is a regular file"),
    ("/dev/zero", "", 78, "/dev/zero: found more than 4194304 bytes"),
    ("-", "agent: {population_size: x}", 78, "standard input:1: agent.population_size: found 'x'"),
    ("/dev/stdin", "agent: [", 78, "/dev/stdin:2: found no YAML"),
    ("a\nb", "", 66, "a\\u{a}b: No such file or directory"),
    ("", "", 66, ": No such file or directory"),
  ]

  @Test(arguments: faults)
  func faultsAreOneLine(fault: (file: String, text: String, status: Int32, message: String)) throws {
    try CommandRun.withFolder(["c.yml": fault.text]) { folder in
      let run = try CommandRun(["config", "-c", fault.file], input: Array(fault.text.utf8), in: folder)
      #expect(run.status == fault.status)
      #expect(run.errors.hasPrefix("rlmusician: \(fault.message)"))
      #expect(run.errors.hasSuffix("\n") && run.errors.filter { $0 == "\n" }.count == 1)
      #expect(run.output.isEmpty)
    }
  }

  @Test(.timeLimit(.minutes(1))) func configurationsThroughPipes() throws {
    try CommandRun.withFolder(["s.scl": "d\n1\n9/8\n"]) { folder in
      let path = folder.appending(path: "c.yml").path(percentEncoded: false)
      #expect(mkfifo(path, 0o600) == 0)
      let text = "tuning: {scala: s.scl}\n"
      let writer = Thread { try? Data(text.utf8).write(to: URL(filePath: path)) }
      writer.start()
      let fifo = try CommandRun(["config", "-c", "c.yml"], in: folder)
      #expect(fifo.status == 0, "\(fifo.errors)")
      for name in ["-", "/dev/stdin"] {
        let run = try CommandRun(["config", "-c", name], input: Array(text.utf8), in: folder)
        #expect(run.status == 0 && run.output == fifo.output && run.output.contains("s.scl"), "\(run.errors)")
      }
      let score = try CommandRun(["score", "-"], input: Array("0\t1\n1\t0\n".utf8), in: folder)
      #expect(score.status == 0 && score.output.contains("noncyclicity"), "\(score.errors)")
      let render = try CommandRun(["render", "-", "-o", "out"], input: Array("0\t1\n1\t0\n".utf8), in: folder)
      #expect(render.status == 0 && render.output.hasPrefix("out/result_"), "\(render.errors)")
    }
  }

  @Test func whatCannotBeReadOrIsTooLarge() throws {
    try CommandRun.withFolder(["c.yml": "agent:\n"]) { folder in
      let path = folder.appending(path: "c.yml").path(percentEncoded: false)
      #expect(truncate(path, 1 << 40) == 0)
      let run = try CommandRun(["config", "-c", "c.yml"], in: folder)
      #expect(run.status == 78)
      #expect(run.errors.hasPrefix("rlmusician: c.yml: found more than 4194304 bytes"))
    }
  }

  static let usage: [[String]] = [
    ["--no-such"], ["config", "extra"], ["config", "-c"], ["no-such-command"], ["config", "--digest=yes"],
  ]

  @Test(arguments: usage) func badUsageIsOneLineAnd64(arguments: [String]) throws {
    let run = try CommandRun(arguments)
    #expect(run.status == 64)
    #expect(run.output.isEmpty)
    #expect(run.errors.hasPrefix("rlmusician: ") && run.errors.hasSuffix("(see: rlmusician --help)\n"))
    #expect(run.errors.filter { $0 == "\n" }.count == 1)
  }

  @Test func helpAndVersionAreResults() throws {
    for arguments in [["--help"], ["--version"], ["config", "--help"], ["help", "config"]] {
      let run = try CommandRun(arguments)
      #expect(run.status == 0 && run.errors.isEmpty && !run.output.isEmpty, "\(arguments)")
    }
    #expect(try CommandRun(["--version"]).output == Program.version + "\n")
  }

  @Test(arguments: [
    ["config"], ["--help"], ["--version"], ["help", "config"], ["--generate-completion-script", "bash"],
  ])
  func aFullDiskIsAFault(arguments: [String]) throws {
    let full = try #require(FileHandle(forWritingAtPath: "/dev/full"))
    let process = Process()
    process.executableURL = CommandRun.program
    process.arguments = arguments
    process.standardOutput = full
    let errors = Pipe()
    process.standardError = errors
    try process.run()
    process.waitUntilExit()
    let text = String(decoding: errors.fileHandleForReading.availableData, as: UTF8.self)
    #expect(process.terminationStatus == 73)
    #expect(text == "rlmusician: standard output: No space left on device\n")
  }

  /// A line that nobody can take is no reason to trap.
  @Test(arguments: ["2>&-", "2>/dev/full", "<&- >&- 2>&-"]) func closedStreamsAreSurvived(redirection: String) throws {
    try CommandRun.withFolder(["c.yml": "agent: 3"]) { folder in
      let process = Process()
      process.executableURL = URL(filePath: "/bin/sh")
      process.arguments = [
        "-c", "\"$0\" config -c c.yml \(redirection)", CommandRun.program.path(percentEncoded: false),
      ]
      process.currentDirectoryURL = folder
      try process.run()
      process.waitUntilExit()
      #expect(process.terminationReason == .exit && process.terminationStatus == 78)
    }
  }

  @Test func warningsDoNotStop() throws {
    try CommandRun.withFolder(["c.yml": "environment: {n_semitones: 128}"]) { folder in
      let run = try CommandRun(["config", "-c", "c.yml"], in: folder)
      #expect(run.status == 0)
      #expect(run.errors.hasPrefix("rlmusician: c.yml:1: environment.rendering_params.lowest_note: 128 rows from C4"))
    }
  }

  @Test func everyKindOfFaultHasItsCode() {
    let configuration = ConfigurationError(file: "c", line: nil, keyPath: "k", found: "f", allowed: "a")
    #expect(Fault(configuration).code == .configuration)
    #expect(Fault(configuration).line == "rlmusician: c: k: found f; allowed: a\n")
    #expect(Fault(DataError(file: "d", line: 3, reason: "r")).line == "rlmusician: d:3: r\n")
    #expect(Fault(DataError(file: "d", reason: "r")).code == .data)
    #expect(Fault(FileError(.noInput, path: "p", reason: "r")).code == .noInput)
    #expect(Fault(FileError(.cannotCreate, path: "p", reason: "r")).code == .cannotCreate)
    #expect(Fault(CancellationError()).code == .software)
  }
}
