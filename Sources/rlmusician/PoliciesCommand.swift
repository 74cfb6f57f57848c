import ArgumentParser
import Core
import Foundation

/// `rlmusician policies`: makes policies that are shipped inside the program again.
struct PoliciesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "policies",
    abstract: "Makes policies that are shipped inside the program again.",
    discussion: """
      Trains each from nothing and writes the source file that ships it, in the project's folder. The same seed gives \
      the same file. Needed after a change of an environment's rules, scores, masks or features: a test refuses a policy \
      that does not fit any more.
      """)

  private static let counterpoint = "counterpoint"
  private static var kinds: [String] { [counterpoint] + ShippedPolicyMaker.styles }

  @Argument(help: ArgumentHelp("Styles, or counterpoint; without any all of them.", valueName: "name"))
  var names: [String] = []

  @Option(name: [.short, .long], help: ArgumentHelp("Populations to train, 1 to 100000.", valueName: "count"))
  var populations = 100

  @Option(help: ArgumentHelp("Seed of all random numbers.", valueName: "number"))
  var seed: UInt64 = 1

  func validate() throws {
    guard 1...100_000 ~= populations else { throw ValidationError("--populations: allowed: 1 to 100000") }
    if let name = names.first(where: { !Self.kinds.contains($0) }) {
      throw ValidationError("found \(name); allowed: \(Self.kinds.joined(separator: ", "))")
    }
  }

  func run() throws {
    try reportingFaults {
      for name in names.isEmpty ? Self.kinds : names {
        let report = { (report: PopulationReport) in
          guard report.population % 10 == 0 else { return }
          StandardError.writeLine("\(name): population \(report.population) of \(populations)")
        }
        let file: String
        let source: String
        let fingerprint: Double
        if let style = Style.named(name) {
          let weights = try ShippedPolicyMaker.make(style, seed: seed, populations: populations, report: report)
          file = ShippedPolicyMaker.fileName(style)
          source = try ShippedPolicyMaker.source(weights, style: style)
          fingerprint = try ShippedPolicyMaker.fingerprint(weights, style: style)
        } else {
          let weights = try CounterpointPolicyMaker.make(
            seed: seed, populations: populations, threads: ProcessInfo.processInfo.activeProcessorCount, report: report)
          file = "Sources/Core/Environment/Counterpoint/Policies/ShippedCounterpointPolicy.swift"
          source = try CounterpointPolicyMaker.source(weights)
          fingerprint = try CounterpointPolicyMaker.fingerprint(weights)
        }
        try OutputFile.replace(file, with: Array(source.utf8))
        print("\(file): mean of the samples it is recognised by \(fingerprint)")
      }
    }
  }
}
