import ArgumentParser
import Core

/// `rlmusician policies`: makes policies that are shipped inside the program again.
struct PoliciesCommand: ParsableCommand, RankedCommand {
  static let configuration = CommandConfiguration(
    commandName: "policies",
    abstract: "Makes policies that are shipped inside the program again.",
    discussion: """
      Trains each from nothing and writes the source file that ships it, in the project's folder. The same seed gives \
      the same file, with mpirun on any number of ranks. Needed after a change of an environment's rules, scores, masks or features: a test refuses a policy \
      that does not fit any more.
      """)

  private static let counterpoint = "counterpoint"
  private static var kinds: [String] { [counterpoint] + ShippedPolicyMaker.styles }

  @Argument(help: ArgumentHelp("Styles, or counterpoint; without any all of them.", valueName: "name"))
  var names: [String] = []

  @Option(
    name: [.short, .long], parsing: .unconditional,
    help: ArgumentHelp("Populations to train, 1 to 100000.", valueName: "count"))
  var populations = 100

  @Option(parsing: .unconditional, help: ArgumentHelp("Seed of all random numbers.", valueName: "number"))
  var seed: UInt64 = 1

  @OptionGroup var rankOptions: RankOptions

  func validate() throws {
    guard 1...100_000 ~= populations else { throw ValidationError("--populations: allowed: 1 to 100000") }
    if let name = names.first(where: { !Self.kinds.contains($0) }) {
      throw ValidationError("found \(name); allowed: \(Self.kinds.joined(separator: ", "))")
    }
  }

  func run() throws {
    try reportingFaults {
      let names = names.isEmpty ? Self.kinds : names
      try RankSession.agree(
        [
          .init("command", "policies"), .init("policies", names.joined(separator: ", ")),
          .init("number of populations", "\(populations)"), .init("seed", "\(seed)"),
        ], timeLimit: rankOptions.timeLimit)
      for name in names {
        let policy = try make(name)
        guard RankSession.isFirst else { continue }
        try OutputFile.replace(policy.file, with: Array(policy.source.utf8))
        print("\(policy.file): mean of the samples it is recognised by \(policy.fingerprint)")
      }
      RankSession.finishTogether()
    }
  }

  /// Trains a policy, on all ranks.
  private func make(_ name: String) throws -> (file: String, source: String, fingerprint: Double) {
    let report = { (report: PopulationReport) in
      guard RankSession.isFirst, report.population % 10 == 0 else { return }
      StandardError.writeLine("\(name): population \(report.population) of \(populations)")
    }
    let (threads, ranks) = (RankSession.processors, RankSession.ranks)
    if let style = Style.named(name) {
      let weights = try ShippedPolicyMaker.make(
        style, seed: seed, populations: populations, threads: threads, ranks: ranks, report: report)
      return (
        ShippedPolicyMaker.fileName(style), try ShippedPolicyMaker.source(weights, style: style),
        try ShippedPolicyMaker.fingerprint(weights, style: style)
      )
    }
    let weights = try CounterpointPolicyMaker.make(
      seed: seed, populations: populations, threads: threads, ranks: ranks, report: report)
    return (
      CounterpointPolicyMaker.fileName, try CounterpointPolicyMaker.source(weights),
      try CounterpointPolicyMaker.fingerprint(weights)
    )
  }
}
