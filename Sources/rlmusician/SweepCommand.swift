import ArgumentParser
import Core
import Foundation

/// `rlmusician sweep`: many trainings as one job that can be interrupted.
struct SweepCommand: AsyncParsableCommand, RankedCommand {
  static let configuration = CommandConfiguration(
    commandName: "sweep",
    abstract: "Trains with many seeds and many values of keys, and compares what comes out.",
    discussion: """
      The file says which: `seeds: {first: 1, count: 20}` or a list; `keys:`, each a path with points and a list of \
      values (every combination is trained); `populations:` (100), a number or a list; `pieces:` (100) that each agent \
      composes to be judged by; `config:`, the file that all have in common. Every training is one thread's; with \
      mpirun, of any rank. Its result is a file in OUTPUT/trainings, and what is there is not done again: the same \
      command goes on after an interruption, and after the file was extended. OUTPUT gets sweep.tsv, sweep.json and \
      sweep.svg; the first is also printed.
      """)

  @Option(
    name: [.customShort("c"), .customLong("config")],
    help: ArgumentHelp("The sweep's file (YAML).", valueName: "file"), completion: .file(extensions: ["yml", "yaml"]))
  var path: String

  @Option(
    name: [.short, .long], help: ArgumentHelp("Folder for the results.", valueName: "folder"),
    completion: .directory)
  var output = "rlmusician_sweep"

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Trainings at a time, 1 to 1024; without it one a processor.", valueName: "count"))
  var threads: Int?

  @Flag(help: "Print the table as JSON.")
  var json = false

  @OptionGroup var rankOptions: RankOptions

  func validate() throws {
    if let threads, !(1...1024).contains(threads) {
      throw ValidationError("--threads: found \(threads); allowed: 1 to 1024")
    }
    try requireFolder(output, of: "--output")
  }

  func run() async throws {
    let signal = try await reportingFaults { () async throws -> Int32? in
      try await onOwnThread { try sweep() }
    }
    if let signal { throw ExitCode(128 + signal) }
  }

  private func sweep() throws -> Int32? {
    let sweep = try SweepConfiguration(path: path)
    let ranks = RankSession.ranks
    let trainings = SweepTraining.all(sweep)
    let threads = threads ?? RankSession.processors
    // One of every combination: seeds take no other memory.
    for training in trainings where training.seed == trainings[0].seed {
      try training.checkMemory(trainings: min(threads, trainings.count))
    }
    let store = RankSession.isFirst ? try SweepStore(output: output) : nil
    let digest = SHA256.hexadecimal(Array(trainings.map(\.fileName).joined(separator: "\n").utf8))
    try RankSession.agree(
      [.init("command", "sweep"), .init("sweep", digest)], timeLimit: rankOptions.timeLimit)
    StopSignal.ignoreBrokenPipes()
    StopSignal.install()
    let workers = SweepWorkers(trainings, threads: threads)
    guard var store else {
      SweepHelper(workers: workers, ranks: ranks).run()
      RankSession.finishTogether()
      return nil
    }
    try store.load(trainings)
    var run = SweepRun(
      trainings: trainings, store: store, workers: workers, ranks: ranks, timeLimit: rankOptions.timeLimit)
    try run.run()
    RankSession.finishTogether()
    let table = SweepTable(sweep, trainings: trainings, results: run.results)
    let (tsv, text) = (table.tsv, table.json.prettyText)
    try OutputFile.replace("\(output)/sweep.tsv", with: Array(tsv.utf8))
    try OutputFile.replace("\(output)/sweep.json", with: Array(text.utf8))
    let picture = SweepCurvesSVG.text(table, title: "\(InputFile.shown(path)), \(sweep.seeds.count) seeds")
    try OutputFile.replace("\(output)/sweep.svg", with: Array(picture.utf8))
    for line in (json ? text : tsv).split(separator: "\n") { StandardOutput.writeLine(String(line)) }
    return run.isComplete ? nil : StopSignal.current ?? SIGTERM
  }
}
