import ArgumentParser
import Core
import Foundation

/// `rlmusician score`: scores existing rolls, counterpoints and songs.
struct ScoreCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "score",
    abstract: "Scores existing piano rolls rule by rule, counterpoints and songs also bar by bar.",
    discussion: """
      The rolls' own sizes count, not the configuration's. Rules that have no coefficient, or the coefficient 0, are \
      left out. A roll without a row of the tonic has the tonic at no step.

      A folder of a song is scored by the coefficients that it was composed with, unless -c or --style gives others: \
      first what every rule says of the whole, then bar by bar with section, cadence, chords and what returns.
      A folder of a counterpoint is scored by the measures of the configuration: first what each says of the whole, then \
      bar by bar notes, intervals, and which of the fifteen rules a note breaks.
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
      var counterpoints: [CounterpointReport] = []
      var songs: [SongReport] = []
      for path in rolls {
        let folder = Self.folder(path)
        if let folder, let piece = try Self.pieceInParts(folder) {
          if piece.song == nil, piece.parts.contains(where: \.isGiven) {
            counterpoints.append(try counterpoint(piece, path: path, configuration))
          } else {
            let study = try SongStudy(piece, file: "\(folder)/piece.json")
            songs.append(SongReport(study, file: path, rules: isAsked ? configuration.song : nil))
          }
        } else if configuration.kind == .counterpoint {
          throw DataError(
            file: path, reason: "a roll does not say which notes are the melody's; allowed: a piece's folder")
        } else {
          let roll = try Self.roll(path.hasSuffix("piece.json") ? folder ?? path : path)
          try report.add(roll, file: path, rules: configuration.environment.rules)
        }
      }
      _ = try writeLine(
        text(report, tables: counterpoints.map(\.table) + songs.map(\.table)) {
          let lists = [("counterpoints", counterpoints.map(\.json)), ("songs", songs.map(\.json))]
          return lists.filter { !$0.1.isEmpty }.map { .init($0.0, .array($0.1)) }
        }, descriptor: STDOUT_FILENO)
    }
  }

  /// The folder of a piece: the path itself, where its `piece.json` is, or where a roll stands beside that.
  private static func folder(_ path: String) -> String? {
    var isFolder: ObjCBool = false
    guard path != "-", FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else { return nil }
    if isFolder.boolValue { return path }
    let name = path.split(separator: "/").last ?? ""
    guard name == "piece.json" || name == "piano_roll.tsv" else { return nil }
    let folder = "./".prefix(path.hasPrefix("/") ? 0 : 2) + path.dropLast(name.count)
    return FileManager.default.fileExists(atPath: folder + "piece.json") ? String(folder.dropLast()) : nil
  }

  /// nil if it is a roll's.
  private static func pieceInParts(_ folder: String) throws -> Piece? {
    let piece = try PieceFolder.read(folder)
    return piece.isRoll ? nil : piece
  }

  private static func roll(_ path: String) throws -> PianoRoll {
    var isFolder: ObjCBool = false
    _ = path != "-" && FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
    return isFolder.boolValue ? try PieceFolder.read(path).roll : try PianoRollTSV.read(path)
  }

  /// By the configuration's rules and measures; a melody that is not the configuration's is taken as `--melody` takes it.
  private func counterpoint(
    _ piece: Piece, path: String, _ configuration: Configuration
  ) throws -> CounterpointReport {
    let study = try CounterpointStudy(piece, file: path) { melody in
      if let own = configuration.counterpoint, own.task.melody == melody { return own }
      let read = try Configuration(
        path: config.path, use: .scoring, melody: MelodyText.text(melody), style: style.style)
      guard let counterpoint = read.counterpoint else {
        throw DataError(file: path, reason: "is a counterpoint; allowed: a configuration of that")
      }
      return counterpoint
    }
    return CounterpointReport(study, file: path)
  }

  /// - Parameter lists: what JSON has beside the rolls.
  private func text(
    _ report: ScoreReport, tables: [String], lists: () -> [OrderedJSON.Member]
  ) -> String {
    if json {
      let lists = lists()
      var members: [OrderedJSON.Member] = []
      if !report.entries.isEmpty || lists.isEmpty, case .object(let rolls) = report.json { members = rolls }
      return OrderedJSON.object(members + lists).text
    }
    let tables = (report.entries.isEmpty ? [] : [report.table]) + tables
    return String(tables.joined(separator: "\n").dropLast())
  }
}
