public import ArgumentParser
import Core
public import Daemon
import Foundation

/// `rlmusician library`: the daemon's pieces, also while it runs.
struct LibraryCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "library",
    abstract: "Lists, shows, exports, verifies and rebuilds the daemon's library of pieces.",
    subcommands: [List.self, Show.self, Export.self, Verify.self, Rebuild.self])

  /// Which library.
  struct Place: ParsableArguments {
    @OptionGroup var config: ConfigurationOption
    @Option(help: ArgumentHelp("Folder of the library; without it the configuration's.", valueName: "folder"))
    var library: String?

    func settings() throws -> DaemonConfiguration {
      var settings = try config.readQuietly(use: .scoring).daemon
      if let library {
        settings.library = library
        settings.output = nil
      }
      return settings
    }

    func open() throws -> PieceLibrary {
      let settings = try settings()
      return try PieceLibrary(folder: settings.library, output: settings.outputFolder, access: .reader)
    }
  }

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Lists pieces, a line each.")
    @OptionGroup var place: Place
    @Flag(help: "Print JSON.") var json = false
    @Flag(help: "Only pieces that were kept.") var kept = false
    @Option(parsing: .unconditional, help: "Only pieces with this rating: -1, 0 or 1.") var rating: Int?
    @Option(parsing: .unconditional, help: "Only pieces of this session.") var session: Int64?
    @Option(help: "Only pieces with this text in their name, tags or note.") var text: String?
    @Option(help: "Only pieces with this tag.") var tag: String?
    @Option(help: "newest, oldest or score.") var order = PieceFilter.Order.newest
    @Option(parsing: .unconditional, help: "Pieces to leave out first.") var offset = 0
    @Option(parsing: .unconditional, help: "Pieces to list, 1 to 1000.") var limit = 50

    func validate() throws {
      if let rating, !(-1...1).contains(rating) {
        throw ValidationError("--rating: found \(rating); allowed: -1, 0 or 1")
      }
      guard offset >= 0 else { throw ValidationError("--offset: found \(offset); allowed: 0 or more") }
      guard (1...1000).contains(limit) else { throw ValidationError("--limit: found \(limit); allowed: 1 to 1000") }
    }

    func run() async throws {
      try await reportingFaults {
        var filter = PieceFilter()
        if kept { filter.isKept = true }
        (filter.rating, filter.session, filter.order) = (rating, session, order)
        (filter.text, filter.tag) = (text, tag)
        let page = try await place.open().list(filter, offset: offset, limit: limit)
        if json { return StandardOutput.writeLine(DaemonJSON.text(page)) }
        for piece in page.pieces { StandardOutput.writeLine(line(piece)) }
        StandardError.writeLine("\(page.pieces.count) of \(page.total) pieces")
      }
    }
  }

  struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Shows all that is known of a piece.")
    @OptionGroup var place: Place
    @Flag(help: "Print JSON.") var json = false
    @Argument(help: "The piece's number, or 'last'.") var piece: String

    func run() async throws {
      try await reportingFaults {
        let library = try place.open()
        let record = try await find(piece, in: library)
        if json { return StandardOutput.writeLine(DaemonJSON.text(record)) }
        StandardOutput.writeLine(line(record))
        for part in record.scores {
          StandardOutput.writeLine("  \(part.rule)\t\(part.raw) x \(part.coefficient)")
        }
        let plays = try await library.plays(of: record.id)
        StandardOutput.writeLine(
          "  seed \(record.seed.map { "\($0)" } ?? "-"), population \(record.population.map { "\($0)" } ?? "-"), "
            + "tuning \(record.tuning), \(record.seconds) s, heard \(plays.count) times")
        if !record.tags.isEmpty { StandardOutput.writeLine("  tags: \(record.tags.joined(separator: ", "))") }
        if !record.note.isEmpty { StandardOutput.writeLine("  \(TextQuoting.printable(record.note))") }
        StandardOutput.writeLine("  \(library.path(of: record))")
      }
    }
  }

  struct Export: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Copies pieces' folders into a folder.")
    @OptionGroup var place: Place
    @Flag(help: "Print JSON.") var json = false
    @Option(name: .shortAndLong, help: ArgumentHelp("Where they go; created if missing.", valueName: "folder"))
    var output: String
    @Argument(help: "The pieces' numbers, or 'last'; without any, all that were kept.") var pieces: [String] = []

    func validate() throws { try requireFolder(output, of: "--output") }

    func run() async throws {
      try await reportingFaults {
        let library = try place.open()
        let configuration = try Configuration(path: place.config.path, use: .scoring)
        var records: [PieceRecord] = []
        for number in pieces { records.append(try await find(number, in: library)) }
        if pieces.isEmpty {
          var filter = PieceFilter()
          filter.isKept = true
          while let page = try? await library.list(filter, offset: records.count, limit: 1000), !page.pieces.isEmpty {
            records += page.pieces
          }
        }
        var paths: [String] = []
        for record in records {
          // What can be made again is not kept; it is made here.
          let copy = try library.export(
            record, timbres: configuration.timbres, audio: configuration.audio, options: configuration.files, to: output
          )
          for warning in copy.warnings { StandardError.writeLine("\(record.folder): \(warning)") }
          paths.append(copy.path)
          if !json { StandardOutput.writeLine(copy.path) }
        }
        if json { StandardOutput.writeLine(DaemonJSON.text(paths)) }
      }
    }
  }

  struct Verify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Compares the database with the folders; exits with 65 if they differ.")
    @OptionGroup var place: Place
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
      try await reportingFaults {
        // A running daemon changes one, then the other: what differs is what still does a second later.
        let library = try place.open()
        var differences = try await library.verify()
        for _ in 0..<3 where !differences.isEmpty {
          try await Task.sleep(for: .seconds(1))
          let again = Set(try await library.verify())
          differences.removeAll { !again.contains($0) }
        }
        if json {
          StandardOutput.writeLine(DaemonJSON.text(differences))
        } else {
          for difference in differences {
            StandardOutput.writeLine("\(difference.folder)\t\(TextQuoting.printable(difference.text))")
          }
        }
        guard differences.isEmpty else {
          throw DataError(
            file: try place.settings().library,
            reason: "\(differences.count) differences; the daemon repairs most of them"
              + " at its start, `rlmusician library rebuild` makes the database anew")
        }
      }
    }
  }

  struct Rebuild: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Makes the database anew from the folders; the old one is moved aside. Not while the daemon runs.")
    @OptionGroup var place: Place
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
      try await reportingFaults {
        let settings = try place.settings()
        let count = try await PieceLibrary.rebuild(
          folder: settings.library, output: settings.outputFolder, notice: { StandardError.writeLine($0) })
        StandardOutput.writeLine(json ? DaemonJSON.text(["pieces": count]) : "\(count) pieces")
      }
    }
  }
}

extension PieceFilter.Order: ExpressibleByArgument {}

/// The piece of a number, or the newest.
private func find(_ name: String, in library: PieceLibrary) async throws -> PieceRecord {
  let record: PieceRecord?
  if name == "last" {
    record = try await library.list(limit: 1).pieces.first
  } else if let id = Int64(name) {
    record = try await library.piece(id)
  } else {
    throw Fault(.usage, "found '\(name)'; allowed: a piece's number, or 'last'")
  }
  guard let record else {
    throw FileError(.noInput, path: "piece \(name)", reason: "no such piece in \(library.folder)")
  }
  return record
}

private func line(_ piece: PieceRecord) -> String {
  let rating = piece.rating > 0 ? "+" : piece.rating < 0 ? "-" : " "
  return
    "\(piece.id)\t\((piece.score * 100).rounded() / 100)\t\(rating)\(piece.isKept ? "k" : " ")\t\(piece.folder)\t\(piece.name)"
}
