import ArgumentParser
import Core

/// `rlmusician tunings`: what tunings there are, and what is in one.
struct TuningsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tunings",
    abstract: "Lists the shipped tunings, or shows the degrees of one.",
    discussion: """
      With a name or a Scala file: a table of its degrees with cents, frequency and nearest note. With --consonance: \
      how consonant its intervals are with the sine synthesizer's timbre, as a picture (SVG).
      """)

  @Argument(help: ArgumentHelp("A shipped tuning, or a Scala scale file.", valueName: "tuning"))
  var name: String?

  @Option(help: ArgumentHelp("Scala keyboard mapping for the scale file.", valueName: "file.kbm"))
  var keyboard: String?

  @Option(help: ArgumentHelp("The note of degree 0.", valueName: "note"))
  var lowestNote = "C4"

  @Flag(help: "Draw the consonance of the tuning's intervals (SVG).")
  var consonance = false

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("With --consonance: the part of harmonic entropy, 0 to 1.", valueName: "share"))
  var harmonicEntropy = 0.0

  @Flag(help: "Print JSON instead of tables.")
  var json = false

  func run() throws {
    guard let lowest = MIDIKey(name: lowestNote) else {
      throw ValidationError("--lowest-note: '\(lowestNote)' is no note name from C-1 to G9 (C4 is middle C).")
    }
    guard name != nil || keyboard == nil else { throw ValidationError("--keyboard needs a scale file.") }
    guard name != nil || !consonance else { throw ValidationError("--consonance needs a tuning.") }
    guard !(consonance && json) else { throw ValidationError("--consonance draws; it has no --json.") }
    guard (0...1).contains(harmonicEntropy) else { throw ValidationError("--harmonic-entropy: a number from 0 to 1.") }
    try reportingFaults {
      guard let name else {
        print(json ? TuningReport.shippedJSON.text + "\n" : TuningReport.shippedTable, terminator: "")
        return
      }
      let tuning = try Self.tuning(name, keyboard: keyboard, lowest: lowest)
      guard !consonance else {
        let timbre = Timbre.standard
        let consonance = TimbreConsonance(spectrum: Spectrum(timbre), entropyShare: harmonicEntropy)
        print(ConsonanceSVG.text(tuning, consonance: consonance, timbre: timbre.name), terminator: "")
        return
      }
      let report = TuningReport(tuning, lowest: lowest)
      print(json ? report.json.text + "\n" : report.table, terminator: "")
    }
  }

  private static func tuning(_ name: String, keyboard: String?, lowest: MIDIKey) throws -> Tuning {
    if let shipped = ShippedTuning.named(name) {
      guard keyboard == nil else { throw ValidationError("--keyboard needs a scale file, not '\(name)'.") }
      return shipped.tuning
    }
    guard name.contains(".") || name.contains("/") else {
      let names = ShippedTuning.all.map(\.name).joined(separator: ", ")
      throw ValidationError("'\(name)' is no shipped tuning (\(names)) and no Scala file.")
    }
    return try ScalaTuning(scale: name, keyboard: keyboard, lowest: lowest).tuning
  }
}
