import ArgumentParser
import Core
import Foundation

/// Songs and styles of the running daemon.
extension CtlCommand {
  struct StyleCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "style", abstract: "Lists the styles, or composes in another one from the next session on.")
    @OptionGroup var connection: CtlConnection
    @Argument(
      help: ArgumentHelp(
        "A style (see `rlmusician styles`), or none for what the configuration says.", valueName: "name"))
    var style: String?

    func run() throws {
      guard let style else { return connection.show(try connection.ask("GET", "styles"), CtlText.styles) }
      let wanted: Any = style == "none" ? NSNull() : style
      connection.show(try connection.ask("PATCH", "styles", ["style": wanted]), CtlText.styles)
    }
  }

  struct Vary: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Keeps something of a song and composes the rest again; it comes as a new piece.")
    @OptionGroup var connection: CtlConnection
    @Argument(help: "Number, 'last' or 'now'.") var piece = "now"
    @Option(
      help: ArgumentHelp(
        "What stays: theme, section=NAME, part=NAME, plan, all. May be given several times.", valueName: "what"))
    var keep: [String] = []
    @Option(
      parsing: .unconditional, help: "Semitones up or down, -24 to 24 as far as all parts stay between C1 and G7.")
    var transpose: Int?
    @Option(parsing: .unconditional, help: "Quarter notes a minute, 20 to 400.") var tempo: Double?
    @Option(help: "4/4, 3/4, 6/8 or 2/4.") var meter: String?
    @Option(help: "A style for the same theme.") var style: String?

    func run() throws {
      var wanted: [String: Any] = [:]
      if !keep.isEmpty { wanted["keep"] = keep }
      if let transpose { wanted["transpose"] = transpose }
      if let tempo {
        guard tempo.isFinite else { throw ValidationError("--tempo: found \(tempo); allowed: 20 to 400") }
        wanted["tempo"] = tempo
      }
      if let meter { wanted["meter"] = meter }
      if let style { wanted["style"] = style }
      if wanted.isEmpty { wanted["keep"] = ["theme"] }
      let id = try connection.number(piece)
      connection.show(try connection.ask("POST", "pieces/\(id)/vary", wanted)) { parent in
        "a variation of \(parent.integer("id") ?? id) is being composed"
      }
    }
  }
}
