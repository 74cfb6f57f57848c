import Foundation
import Testing

@testable import Core
@testable import rlmusician

@Suite struct TrainCommandTests {
  private static let small = """
    environment:
      n_semitones: 13
      n_roll_steps: 9
      n_draws_per_roll_step: 2
      rendering_params: {step_in_seconds: 0.05}
    agent: {population_size: 20, n_episodes_per_candidate: 2}

    """
  private static let files = ["c.yml": small]

  private static func train(_ arguments: String..., in folder: URL) throws -> CommandRun {
    try CommandRun(["train", "-c", "c.yml", "--no-play"] + arguments, in: folder)
  }

  /// Every file by its path with timestamps replaced, in order of time.
  private static func contents(_ folder: URL, _ output: String) throws -> [String: Data] {
    var contents: [String: Data] = [:]
    let root = folder.appending(path: output)
    let names = try FileManager.default.contentsOfDirectory(atPath: root.path()).sorted()
    for (number, name) in names.enumerated() {
      let isFolder = (try? root.appending(path: name).resourceValues(forKeys: [.isDirectoryKey]).isDirectory) ?? false
      let plain = name.replacing(/[0-9-]{10}_[0-9:]{8},[0-9]{6}/, with: "TIME\(number)")
      for file in isFolder ? try FileManager.default.contentsOfDirectory(atPath: root.path() + "/" + name) : [""] {
        contents["\(plain)/\(file)"] = try Data(
          contentsOf: file.isEmpty ? root.appending(path: name) : root.appending(path: "\(name)/\(file)"))
      }
    }
    return contents
  }

  @Test func leavesPiecesCurveWeightsAndCheckpoint() throws {
    try CommandRun.withFolder(Self.files) { folder in
      let run = try Self.train("-p", "3", "-e", "2", "--seed", "7", "-o", "out", in: folder)
      #expect(run.status == 0, "\(run.errors)")
      #expect(run.errors.contains("seed 7"))
      let lines = run.output.split(separator: "\n")
      #expect(lines.count == 2 && lines.allSatisfy { $0.contains("\tout/result_") })
      let names = try Self.contents(folder, "out").keys.sorted()
      #expect(names.filter { $0.hasSuffix("/music.wav") }.count == 2)
      #expect(names.contains { $0.hasPrefix("training.svg") } && names.contains { $0.hasPrefix("agent_weights_") })
      #expect(names.contains("checkpoint.safetensors/"))
    }
  }

  @Test func sameSeedSameBytesForAnyNumberOfThreadsAndAfterAnInterruption() throws {
    try CommandRun.withFolder(Self.files) { folder in
      _ = try Self.train("-p", "6", "--seed", "3", "--threads", "1", "-o", "one", in: folder)
      _ = try Self.train("-p", "6", "--seed", "3", "--threads", "3", "-o", "three", in: folder)
      _ = try Self.train("-p", "2", "-e", "0", "--seed", "3", "-o", "resumed", in: folder)
      let weights = try FileManager.default.contentsOfDirectory(atPath: folder.path() + "/resumed")
        .filter { $0.hasPrefix("agent_weights") }
      for name in weights { try FileManager.default.removeItem(at: folder.appending(path: "resumed/\(name)")) }
      let resumed = try Self.train("-p", "6", "--resume", "-o", "resumed", in: folder)
      #expect(resumed.status == 0 && resumed.errors.contains("resumed after population 2"), "\(resumed.errors)")
      let expected = try Self.contents(folder, "one")
      #expect(expected.count == 22)
      #expect(try Self.contents(folder, "three") == expected)
      #expect(try Self.contents(folder, "resumed") == expected)
    }
  }

  @Test func jsonLines() throws {
    try CommandRun.withFolder(Self.files) { folder in
      let run = try Self.train("-p", "3", "-e", "1", "--json", "-o", "out", in: folder)
      #expect(run.status == 0 && run.errors.isEmpty, "\(run.errors)")
      let events = try run.output.split(separator: "\n").map {
        try #require(JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
      }
      #expect(
        events.map { $0["event"] as? String } == ["start", "population", "population", "population", "piece", "done"])
      #expect(events[0]["seed"] is NSNumber)
      #expect(events[2]["population"] as? Int == 2)
      #expect(events[2]["env_steps"] as? Int == 2 * 20 * 2 * 8 * 2)
      let rules = try #require(events[4]["rules"] as? [String: [String: Double]])
      let total = rules.values.reduce(0) { $0 + ($1["weighted"] ?? .nan) }
      #expect(abs(total - (try #require(events[4]["score"] as? Double))) < 1e-9)
      #expect(events[5]["interrupted"] as? Bool == false)
    }
  }

  @Test func firstSignalStopsCleanlyAndResumeGoesOn() throws {
    try CommandRun.withFolder(Self.files) { folder in
      for (signal, code) in [(SIGINT, Int32(130)), (SIGTERM, 143)] {
        let output = "out\(code)"
        let process = Process()
        process.executableURL = CommandRun.program
        process.arguments = [
          "-c", "c.yml", "--no-play", "-p", "1000000", "-e", "1", "--json", "--seed", "5", "-o", output,
        ]
        process.currentDirectoryURL = folder
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        // The first line says that the run has begun.
        var text = String(decoding: pipe.fileHandleForReading.availableData, as: UTF8.self)
        kill(process.processIdentifier, signal)
        text += String(decoding: try #require(try pipe.fileHandleForReading.readToEnd()), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == code)
        #expect(text.contains(#""interrupted": true"#) && text.contains(#""event": "piece""#))
        let resumed = try Self.train("--resume", "-p", "1", "-e", "0", "-o", output, in: folder)
        #expect(resumed.status == 0, "\(resumed.errors)")
      }
    }
  }

  @Test func aKillAtAnyMomentLeavesTheLastCheckpointWhole() throws {
    try CommandRun.withFolder(Self.files) { folder in
      for round in 0..<8 {
        let process = Process()
        process.executableURL = CommandRun.program
        process.arguments = ["-c", "c.yml", "--no-play", "-p", "1000000", "--json", "--seed", "5", "-o", "out"]
        process.currentDirectoryURL = folder
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let checkpoint = folder.appending(path: "out/checkpoint.safetensors").path()
        while !FileManager.default.fileExists(atPath: checkpoint) { _ = pipe.fileHandleForReading.availableData }
        for _ in 0..<(3 * round) { _ = pipe.fileHandleForReading.availableData }
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        #expect(try Checkpoint.read(checkpoint).state.seed == 5)
      }
      let names = try FileManager.default.contentsOfDirectory(atPath: folder.path() + "/out")
      #expect(names.allSatisfy { !$0.hasPrefix("result_") })
    }
  }

  @Test func faultsOfTheOutputFolder() throws {
    try CommandRun.withFolder(Self.files) { folder in
      let isAFile = try Self.train("-o", "c.yml", in: folder)
      #expect(isAFile.status == 73 && isAFile.errors.contains("c.yml"), "\(isAFile.errors)")
      let noCheckpoint = try Self.train("--resume", "-o", "new", in: folder)
      #expect(noCheckpoint.status == 66 && noCheckpoint.errors.contains("new/checkpoint.safetensors"))
      let noPolicy = try Self.train("--trained", "-o", "new", in: folder)
      #expect(noPolicy.status == 64, "\(noPolicy.errors)")
      let folders = try FileManager.default.contentsOfDirectory(atPath: folder.path())
      #expect(!folders.contains("new"))
      try FileManager.default.createDirectory(at: folder.appending(path: "new"), withIntermediateDirectories: false)
      try Data("nonsense".utf8).write(to: folder.appending(path: "new/checkpoint.safetensors"))
      let malformed = try Self.train("--resume", "-o", "new", in: folder)
      #expect(malformed.status == 65 && malformed.errors.split(separator: "\n").count == 1, "\(malformed.errors)")
    }
  }

  #if Playback
    @Test func aSoundfontThatWasNamedIsRefusedAlsoWhereNothingIsHeard() throws {
      try CommandRun.withFolder(
        Self.files.merging(["d.yml": "playback: {synth: fluidsynth, soundfont: none.sf2}\n"]) { a, _ in a }
      ) { folder in
        for arguments in [["--soundfont", "no.sf2"], ["-c", "d.yml"]] {
          for target in ["none", "null", "auto"] {
            let run = try CommandRun(arguments + ["-p", "1", "-e", "0", "-o", "out", "--play", target], in: folder)
            #expect(run.status == 66 && run.errors.contains("No such file"), "\(arguments), \(target): \(run.errors)")
          }
        }
      }
    }
  #endif

  @Test func aCheckpointOfAnotherConfigurationIsRefused() throws {
    try CommandRun.withFolder(Self.files.merging(["d.yml": "agent: {smoothing_coef: 0.5}\n"]) { a, _ in a }) { folder in
      _ = try Self.train("-p", "1", "-e", "0", "-o", "out", in: folder)
      let run = try CommandRun(["-c", "d.yml", "--resume", "--no-play", "-o", "out"], in: folder)
      #expect(run.status == 65 && run.errors.contains("another configuration"), "\(run.errors)")
    }
  }

  @Test(arguments: [
    ["-p", "-1"], ["-e", "10001"], ["--threads", "0"], ["--seed", "-3"], ["--resume", "--seed", "3"], ["-o", ""],
    ["--play", "nowhere"], ["--nonsense"],
  ])
  func badUsage(arguments: [String]) throws {
    let run = try CommandRun(["train"] + arguments)
    #expect(run.status == 64 && run.errors.hasPrefix("rlmusician: "), "\(run.errors)")
  }
}
