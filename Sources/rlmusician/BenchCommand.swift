public import ArgumentParser
public import Core
import Foundation

/// `rlmusician bench`: how fast the program is on this machine.
struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Measures the program's speed on this machine.",
    discussion: """
      Training with the default configuration (100 populations of 1,500 episodes: 14.4 million environment steps) by \
      every method; by the default one on one thread and more, on every set of vector instructions that the processor has, and with \
      larger rolls and populations; the sine synthesizer; and the program's start. Medians of several runs.
      """)

  @Flag(help: "Print JSON instead of tables.")
  var json = false

  @Flag(help: "Measure only the training, on one thread.")
  var training = false

  @Option(help: "How is learnt in what is measured: policy_gradient or cross_entropy.")
  var method = AgentConfiguration.Method.policyGradient

  @Flag(help: "Measure counterpoint instead: its speed, and how good lines are that are found in a given time.")
  var counterpoint = false

  @Flag(help: "Measure what a daemon costs that waits, for two minutes at most.")
  var waiting = false
  @Flag(help: "Measure songs instead: what is learnt after 1, 10 and 100 populations, and the shipped policies.")
  var songs = false

  @Flag(help: "Measure instead how soon what is played is answered.")
  var answers = false

  @Option(parsing: .unconditional, help: ArgumentHelp("Runs that a median is taken of.", valueName: "count"))
  var repeats = 5

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Populations of a default training that are measured.", valueName: "count"))
  var populations = 100

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The most threads to measure (default: all processors).", valueName: "count"))
  var threads: Int?

  @Option(
    help: ArgumentHelp(
      "Instead of measuring, compare the training's scores over many seeds with those in a file like "
        + "Tests/Fixtures/golden/training_curves.json.", valueName: "file"),
    completion: .file(extensions: ["json"]))
  var distribution: String?

  @Option(parsing: .unconditional, help: ArgumentHelp("Seeds for --distribution and --learners.", valueName: "count"))
  var seeds = 40

  @Flag(
    help: "Instead of measuring, train with every method and say how good and how different the pieces are; 20 seeds.")
  var learners = false

  @Option(parsing: .unconditional, help: ArgumentHelp("Pieces an agent composes for --learners.", valueName: "count"))
  var pieces = 1000

  @Option(
    name: [.short, .long], help: ArgumentHelp("The environment for --learners.", valueName: "file"),
    completion: .file(extensions: ["yml", "yaml"]))
  var config: String?

  func validate() throws {
    guard 1...1000 ~= repeats else { throw ValidationError("--repeats: allowed: 1 to 1000.") }
    guard 1...1_000_000 ~= populations else { throw ValidationError("--populations: allowed: 1 to 1000000.") }
    guard 2...100_000 ~= pieces else { throw ValidationError("--pieces: allowed: 2 to 100000.") }
    guard (learners ? 1 : 8)...10_000 ~= seeds else { throw ValidationError("--seeds: allowed: 8 to 10000.") }
    if let threads, !(1...1024 ~= threads) { throw ValidationError("--threads: allowed: 1 to 1024.") }
  }

  func run() throws {
    try reportingFaults {
      if let distribution {
        let comparison = try DistributionComparison(file: distribution, seedCount: seeds)
        print(json ? comparison.json.text + "\n" : comparison.table, terminator: "")
        guard comparison.holds else { throw ExitCode.failure }
        return
      }
      if waiting {
        let section = try WaitingDaemonBench(seconds: 40).section()
        return print(
          json ? OrderedJSON.object([.init(section.key, section.json)]).prettyText : section.table, terminator: "")
      }
      if counterpoint || songs || answers {
        let sections =
          try answers ? AnswerBench().sections() : songs ? SongBench().sections() : CounterpointBench().sections()
        let report =
          json
          ? OrderedJSON.object(sections.map { .init($0.key, $0.json) }).prettyText
          : sections.map(\.table).joined(separator: "\n")
        return print(report, terminator: "")
      }
      if learners {
        let comparison = try LearnerComparison(
          Configuration(path: config), seeds: seeds, pieces: pieces,
          threads: threads ?? ProcessInfo.processInfo.activeProcessorCount, populations: populations)
        print(json ? comparison.json.text + "\n" : comparison.table, terminator: "")
        return
      }
      let bench = Bench(repeats: repeats, populations: populations, method: method)
      let threads = min(threads ?? ProcessInfo.processInfo.activeProcessorCount, 64)
      var sections = [try bench.threads(upTo: training ? 1 : threads)]
      if !training {
        sections +=
          [try bench.methods(), try bench.paths()] + (try bench.scaling()) + [
            try bench.synthesizer(), try bench.start(),
          ]
      }
      if json {
        let members =
          [OrderedJSON.Member("kernels", .string(Kernels.best.name))] + sections.map { .init($0.key, $0.json) }
        print(OrderedJSON.object(members).prettyText, terminator: "")
      } else {
        print("kernels: \(Kernels.best.name) (of \(Kernels.available.map(\.name).joined(separator: ", ")))")
        for section in sections { print("\n" + section.table, terminator: "") }
      }
    }
  }
}

extension AgentConfiguration.Method: ExpressibleByArgument {}
