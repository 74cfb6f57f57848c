import ArgumentParser
import Core
import Foundation

/// `rlmusician score`: scores existing rolls and songs.
struct ScoreCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "score",
    abstract: "Scores existing piano rolls rule by rule, songs also bar by bar.",
    discussion: """
      The rolls' own sizes count, not the configuration's. Rules that have no coefficient, or the coefficient 0, are \
      left out. A roll without a row of the tonic has the tonic at no step.

      A folder of a song is scored by the coefficients that it was composed with, unless -c or --style gives others: \
      first what every rule says of the whole, then bar by bar with section, cadence, chords and what returns.
      """)

  @Argument(
    help: ArgumentHelp(
      "Piano rolls (rows of 0 and 1 between tabs, highest pitch first), or piece folders.", valueName: "roll.tsv"))
  var rolls: [String]

  @OptionGroup var config: ConfigurationOption
  @OptionGroup var style: StyleOption

  @Flag(help: "Print JSON instead of tables.")
  var json = false

  func run() throws {
    try reportingFaults {
      let configuration = try config.read(use: .scoring, style: style)
      let isAsked = config.path != nil || style.style != nil
      var report = ScoreReport()
      var songs: [SongReport] = []
      for path in rolls {
        var isFolder: ObjCBool = false
        let isThere = path != "-" && FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
        guard isThere, isFolder.boolValue else {
          try report.add(PianoRollTSV.read(path), file: path, rules: configuration.environment.rules)
          continue
        }
        let piece = try PieceFolder.read(path)
        if piece.isRoll {
          try report.add(piece.roll, file: path, rules: configuration.environment.rules)
        } else {
          let study = try SongStudy(piece, file: "\(path)/piece.json")
          songs.append(SongReport(study, file: path, rules: isAsked ? configuration.song : nil))
        }
      }
      _ = try writeLine(text(report, songs), descriptor: STDOUT_FILENO)
    }
  }

  private func text(_ report: ScoreReport, _ songs: [SongReport]) -> String {
    guard !songs.isEmpty else { return json ? report.json.text : String(report.table.dropLast()) }
    if json {
      var members: [OrderedJSON.Member] = []
      if !report.entries.isEmpty, case .object(let rolls) = report.json { members = rolls }
      return OrderedJSON.object(members + [.init("songs", .array(songs.map(\.json)))]).text
    }
    let tables = (report.entries.isEmpty ? [] : [report.table]) + songs.map(\.table)
    return String(tables.joined(separator: "\n").dropLast())
  }
}
