import ArgumentParser
import Core
import Foundation

/// `rlmusician policies`: makes a policy that is shipped inside the program again.
struct PoliciesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "policies",
    abstract: "Makes a policy that is shipped inside the program again.",
    discussion: """
      Trains it from nothing and writes the source file that ships it. The same seed gives the same file. Needed after a \
      change of the environment's rules, scores or features: a test refuses a policy that does not fit any more.
      """)

  /// Environments whose policies are shipped.
  enum Kind: String, ExpressibleByArgument, CaseIterable {
    case counterpoint
  }

  @Argument(help: ArgumentHelp("counterpoint.", valueName: "kind"))
  var kind: Kind

  @Option(name: [.short, .long], help: ArgumentHelp("The source file to write.", valueName: "file"))
  var output = "Sources/Core/Environment/Counterpoint/Policies/ShippedCounterpointPolicy.swift"

  @Option(name: [.short, .long], help: ArgumentHelp("Populations to train, 1 to 100000.", valueName: "count"))
  var populations = 100

  @Option(help: ArgumentHelp("Seed of all random numbers.", valueName: "number"))
  var seed: UInt64 = 1

  func validate() throws {
    guard 1...100_000 ~= populations else { throw ValidationError("--populations: allowed: 1 to 100000") }
  }

  func run() throws {
    try reportingFaults {
      let weights = try CounterpointPolicyMaker.make(
        seed: seed, populations: populations, threads: ProcessInfo.processInfo.activeProcessorCount
      ) { report in
        if report.population % 10 == 0 { StandardError.writeLine("population \(report.population) of \(populations)") }
      }
      let source = try CounterpointPolicyMaker.source(weights)
      try OutputFile.replace(output, with: Array(source.utf8))
      print("\(output): mean of the samples it is recognised by \(try CounterpointPolicyMaker.fingerprint(weights))")
    }
  }
}
