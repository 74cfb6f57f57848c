import ArgumentParser
import Core
import Foundation

/// `rlmusician score`: scores existing rolls.
struct ScoreCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "score",
    abstract: "Scores existing piano rolls, rule by rule.",
    discussion: """
      The rolls' own sizes count, not the configuration's. Rules that have no coefficient, or the coefficient 0, are \
      left out. A roll without a row of the tonic has the tonic at no step.
      """)

  @Argument(
    help: ArgumentHelp("Piano rolls: rows of 0 and 1 between tabs, highest pitch first.", valueName: "roll.tsv"))
  var rolls: [String]

  @OptionGroup var config: ConfigurationOption

  @Flag(help: "Print JSON instead of tables.")
  var json = false

  func run() throws {
    try reportingFaults {
      let rules = try config.read(use: .scoring).environment.rules
      var report = ScoreReport()
      for path in rolls { try report.add(PianoRollTSV.read(path), file: path, rules: rules) }
      let text = json ? report.json.text : String(report.table.dropLast())
      _ = try writeLine(text, descriptor: STDOUT_FILENO)
    }
  }
}
