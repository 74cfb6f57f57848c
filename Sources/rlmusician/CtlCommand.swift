import ArgumentParser
import Core

/// Controls the running daemon by its Unix socket: what the page and the HTTP interface do, from a shell.
struct CtlCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ctl", abstract: "Controls the running daemon.",
    discussion: "Pieces are named by their number, by 'last' (the newest) or by 'now' (the one that is heard).",
    subcommands: [
      Status.self, Do<Start>.self, Do<Pause>.self, Do<Stop>.self, Do<Next>.self, Play.self, Do<Skip>.self,
      Do<Hold>.self,
      Do<Resume>.self, Do<Silence>.self, Seek.self, Volume.self, Rate.self, Keep.self, Delete.self, Pieces.self,
      Rules.self, SetCommand.self, StyleCommand.self, Vary.self, Melody.self, Learn.self,
    ],
    defaultSubcommand: Status.self)

  struct Status: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "What the daemon does, and what is heard.")
    @OptionGroup var connection: CtlConnection

    func run() throws {
      let answer = try connection.ask("GET", "status")
      if connection.json { return StandardOutput.writeLine(answer.text) }
      let player = try connection.ask("GET", "player")
      StandardOutput.writeLine(CtlText.status(answer))
      StandardOutput.writeLine(CtlText.player(player))
      for problem in answer.object["problems"] as? [String] ?? [] { StandardOutput.writeLine("problem: \(problem)") }
    }
  }

  // MARK: One thing, without arguments

  /// A command that asks for one thing of the session or the player, and shows what they do then.
  struct Do<Action: CtlAction>: ParsableCommand {
    static var configuration: CommandConfiguration {
      CommandConfiguration(commandName: Action.form.name, abstract: Action.form.abstract)
    }
    @OptionGroup var connection: CtlConnection

    func run() throws {
      let form = Action.form
      let answer = try connection.ask("POST", form.target.rawValue, ["action": form.action])
      connection.show(answer, form.target == .session ? CtlText.status : CtlText.player)
    }
  }

  enum Start: CtlAction { static let form = CtlForm("start", .session, "Goes on with the training.") }
  enum Pause: CtlAction { static let form = CtlForm("pause", .session, "Holds the training.") }
  enum Stop: CtlAction {
    static let form = CtlForm("stop", .session, "Leaves the session and frees its memory; 'start' goes on with it.")
  }
  enum Next: CtlAction {
    static let form = CtlForm("next", .session, "Composes with what was learnt so far, and begins the next session.")
  }
  enum Skip: CtlAction { static let form = CtlForm("skip", .player, "Ends the piece that is heard.") }
  enum Hold: CtlAction { static let form = CtlForm("hold", .player, action: "pause", "Holds the sound.") }
  enum Resume: CtlAction { static let form = CtlForm("resume", .player, "Lets the sound go on.") }
  enum Silence: CtlAction {
    static let form = CtlForm(
      "silence", .player, action: "stop", "Ends the piece that is heard and drops those that wait.")
  }

  // MARK: Player

  struct Play: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Plays a piece of the library at once.")
    @OptionGroup var connection: CtlConnection
    @Argument(help: "Number, or 'last'.") var piece = "last"

    func run() throws {
      let id = try connection.number(piece)
      connection.show(try connection.ask("POST", "player", ["action": "play", "piece": id]), CtlText.player)
    }
  }

  struct Seek: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Goes on from another place of the piece that is heard.")
    @OptionGroup var connection: CtlConnection
    @Argument(help: "Seconds from its beginning.") var seconds: Double

    func run() throws {
      connection.show(
        try connection.ask("PUT", "player/position", ["seconds": try finite(seconds)]), CtlText.player)
    }
  }

  struct Volume: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Sets the loudness.")
    @OptionGroup var connection: CtlConnection
    @Argument(help: "0 to 1.") var volume: Double

    func run() throws {
      connection.show(try connection.ask("PATCH", "player", ["volume": try finite(volume)]), CtlText.player)
    }
  }

  // MARK: Pieces

  enum Rating: String, ExpressibleByArgument, CaseIterable { case up, down, none }

  struct Rate: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Rates a piece.")
    @OptionGroup var connection: CtlConnection
    @Argument(help: "up, down or none.") var rating: Rating
    @Argument(help: "Number, 'last' or 'now'.") var piece = "now"

    func run() throws {
      let values = [Rating.up: 1, .down: -1, .none: 0]
      let id = try connection.number(piece)
      connection.show(
        try connection.ask("PATCH", "pieces/\(id)", ["rating": values[rating] ?? 0]), CtlText.piece)
    }
  }

  struct Keep: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Keeps a piece whatever the retention says.")
    @OptionGroup var connection: CtlConnection
    @Argument(help: "Number, 'last' or 'now'.") var piece = "now"
    @Flag(name: .customLong("no-longer"), help: "Takes it back.") var isNoLonger = false

    func run() throws {
      let id = try connection.number(piece)
      connection.show(try connection.ask("PATCH", "pieces/\(id)", ["is_kept": !isNoLonger]), CtlText.piece)
    }
  }

  struct Delete: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Deletes pieces that are not kept, with their files.")
    @OptionGroup var connection: CtlConnection
    @Argument(help: "Numbers.") var pieces: [Int64]

    func run() throws {
      for piece in pieces {
        _ = try connection.ask("DELETE", "pieces/\(piece)")
        StandardOutput.writeLine(connection.json ? #"{"deleted":\#(piece)}"# : "deleted \(piece)")
      }
    }
  }

  struct Pieces: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Lists the library's pieces.")
    @OptionGroup var connection: CtlConnection
    @Option(help: "newest, oldest or score.") var order = "newest"
    @Option(parsing: .unconditional, help: "Pieces at most, 1 to 200.") var limit = 20
    @Option(parsing: .unconditional, help: "Pieces to leave out.") var offset = 0
    @Flag(help: "Only those that are kept.") var kept = false
    @Option(help: "Only those with this rating: up, down or none.") var rating: Rating?

    func run() throws {
      guard order.utf8.allSatisfy({ (0x61...0x7A).contains($0) }) else {
        throw ValidationError("--order: allowed: newest, oldest, score")
      }
      var target = "pieces?order=\(order)&limit=\(limit)&offset=\(offset)"
      if kept { target += "&kept=true" }
      if let rating { target += "&rating=\([Rating.up: 1, .down: -1, .none: 0][rating] ?? 0)" }
      connection.show(try connection.ask("GET", target), CtlText.pieces)
    }
  }

  // MARK: Rules

  struct Rules: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "The rules' weights.")
    @OptionGroup var connection: CtlConnection
    @Flag(help: "Goes back to the configuration's coefficients.") var reset = false

    func run() throws {
      connection.show(try connection.ask(reset ? "DELETE" : "GET", "rules"), CtlText.rules)
    }
  }

  struct SetCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "set", abstract: "Sets rules' weights, or what is heard.",
      discussion: """
        RULE=WEIGHT for the rules; follow=, output=, synthesizer=, soundfont= and volume= for the player, as in the
        configuration's section playback.
        """)
    @OptionGroup var connection: CtlConnection
    @Argument(help: ArgumentHelp("What and how much.", valueName: "key=value")) var settings: [String]

    func run() throws {
      var weights: [String: Double] = [:]
      var player: [String: Any] = [:]
      for setting in settings {
        let parts = setting.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2 else { throw ValidationError("found '\(setting)'; allowed: KEY=VALUE") }
        if parts[0] == "volume", let volume = Double(parts[1]) {
          player[parts[0]] = try finite(volume)
        } else if ["follow", "output", "synthesizer", "soundfont"].contains(parts[0]) {
          player[parts[0]] = parts[1]
        } else if let weight = Double(parts[1]) {
          weights[parts[0]] = try finite(weight)
        } else {
          throw ValidationError("\(parts[0]): found '\(parts[1])'; allowed: a number")
        }
      }
      if !weights.isEmpty {
        connection.show(try connection.ask("PATCH", "rules", ["weights": weights]), CtlText.rules)
      }
      if !player.isEmpty { connection.show(try connection.ask("PATCH", "player", player), CtlText.player) }
    }
  }
}

extension CtlCommand {
  enum AnswerKind: String, ExpressibleByArgument, CaseIterable { case counterpoint, continuation, theme }

  struct Melody: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Has a melody answered: the answer is heard, and goes into the library.",
      discussion: "Notes have durations in eighths (D4:4 r:2 F#4:2); without one they last a bar.")
    @OptionGroup var connection: CtlConnection
    @Argument(help: ArgumentHelp("Notes as text, or a MIDI or MusicXML file.", valueName: "notes or file"))
    var melody: String
    @Option(help: "counterpoint, continuation or theme; without it the configuration's.") var kind: AnswerKind?
    @Option(parsing: .unconditional, help: "Composed voices of a counterpoint, 1 to 3.") var voices: Int?
    @Option(parsing: .unconditional, help: "Quarter notes a minute, 20 to 400; without it the file's, or 96.")
    var tempo: Double?

    func run() throws {
      // A file is read here: the daemon may not see it.
      let given = try MelodyFile.melodyAndTempo(melody)
      let tempo = tempo ?? given.tempo.map(PhraseQuantizer.Phrase.playable)
      var body: [String: Any] = ["text": given.text]
      if let kind { body["kind"] = kind.rawValue }
      if let voices { body["voices"] = voices }
      if let tempo { body["tempo"] = try finite(tempo) }
      connection.show(try connection.ask("POST", "melody", body), CtlText.answer)
    }
  }

  struct Learn: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "What a MIDI controller's knobs do; the next one that is turned does what is named.")
    @OptionGroup var connection: CtlConnection
    @Argument(help: "volume, next, pause, keep, like, dislike, tempo, or 'rule 1' for the first rule's weight.")
    var what: String?

    func run() throws {
      let answer =
        try what.map { try connection.ask("POST", "controls", ["learn": $0]) } ?? connection.ask("GET", "controls")
      connection.show(answer, CtlText.controls)
    }
  }
}

/// JSON has no infinity.
private func finite(_ number: Double) throws -> Double {
  guard number.isFinite else { throw ValidationError("found \(number); allowed: a number") }
  return number
}

/// A command without arguments of its own.
protocol CtlAction {
  static var form: CtlForm { get }
}

/// What such a command is called, and what it asks for.
struct CtlForm: Sendable {
  /// Who is asked.
  enum Target: String { case session, player }

  var name: String
  var target: Target
  /// The action's name in the HTTP interface.
  var action: String
  var abstract: String

  init(_ name: String, _ target: Target, action: String? = nil, _ abstract: String) {
    (self.name, self.target, self.action, self.abstract) = (name, target, action ?? name, abstract)
  }
}
