import Foundation

@testable import Core

/// A golden MIDI file with what went into it: `Tests/Fixtures/golden/midi/NN.json` and `NN.mid`.
struct GoldenMIDI: Decodable {
  struct GoldenNote: Decodable, Hashable {
    var pitch: Int
    var velocity: Int
    var onTick: Int
    var offTick: Int
    enum CodingKeys: String, CodingKey {
      case pitch, velocity
      case onTick = "on_tick"
      case offTick = "off_tick"
    }
  }

  var roll: [String]
  var lowestNote: String
  var stepSeconds: Double
  var instrument: Int
  var velocity: Double
  var notes: [GoldenNote]
  enum CodingKeys: String, CodingKey {
    case roll, instrument, velocity, notes
    case lowestNote = "lowest_note"
    case stepSeconds = "step_in_seconds"
  }

  static let identifiers = ["01", "02", "03", "04", "07", "11"]

  private static func url(_ path: String) -> URL {
    URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Fixtures/golden/\(path)")
  }

  static func read(_ identifier: String) throws -> GoldenMIDI {
    try JSONDecoder().decode(GoldenMIDI.self, from: Data(contentsOf: url("midi/\(identifier).json")))
  }

  static func bytes(_ identifier: String) throws -> [UInt8] {
    try Array(Data(contentsOf: url("midi/\(identifier).mid")))
  }

  /// Lines of the events TSV of the same roll, without the heading, as fields.
  static func eventLines(_ identifier: String) throws -> [[String]] {
    try String(contentsOf: url("sine/\(identifier).tsv"), encoding: .utf8).split(separator: "\n").dropFirst()
      .map { $0.split(separator: "\t", omittingEmptySubsequences: false).map(String.init) }
  }

  /// The roll as the original's events TSV and WAV have it: row 0 is the highest pitch.
  var piece: Piece? { piece(rows: roll) }

  /// The roll as the original's MIDI has it: upside down, row 0 the lowest key. A fault that is not repeated, because the
  /// MIDI of a piece and its WAV are to be one performance.
  var pieceTurnedOver: Piece? { piece(rows: roll.reversed()) }

  private func piece(rows: [String]) -> Piece? {
    guard let roll = PianoRoll(rowTexts: rows), let lowest = MIDIKey(name: lowestNote) else { return nil }
    var settings = PerformanceSettings()
    settings.lowestNote = lowest
    settings.stepSeconds = stepSeconds
    settings.program = instrument
    settings.velocity = velocity
    return Piece(roll: roll, settings: settings, score: ScoreBreakdown(entries: []), provenance: nil)
  }
}

/// Reads MIDI files with code of its own, so that the writer is not its own judge.
struct DecodedMIDI: Equatable {
  struct Event: Equatable {
    var tick: Int
    /// Status byte (running status resolved), then data; a meta event's length is left out.
    var bytes: [UInt8]
  }

  var header: [UInt8] = []
  var tracks: [[Event]] = []

  init?(_ file: [UInt8]) {
    guard file.count >= 14, file.starts(with: Array("MThd".utf8)) else { return nil }
    header = Array(file[..<14])
    var position = 14
    while position < file.count {
      guard file[position...].starts(with: Array("MTrk".utf8)) else { return nil }
      let length = file[(position + 4)..<(position + 8)].reduce(0) { $0 << 8 | Int($1) }
      guard position + 8 + length <= file.count,
        let track = Self.track(Array(file[(position + 8)..<(position + 8 + length)]))
      else { return nil }
      tracks.append(track)
      position += 8 + length
    }
  }

  private static func track(_ data: [UInt8]) -> [Event]? {
    var rest = data[...]
    var events: [Event] = []
    var tick = 0
    var status: UInt8 = 0
    func number() -> Int {
      var value = 0
      while let byte = rest.popFirst() {
        value = value << 7 | Int(byte & 0x7F)
        if byte < 0x80 { break }
      }
      return value
    }
    while !rest.isEmpty {
      tick += number()
      guard let first = rest.first else { return nil }
      if first == 0xFF {
        rest.removeFirst()
        guard let type = rest.popFirst() else { return nil }
        let count = number()
        events.append(Event(tick: tick, bytes: [0xFF, type] + rest.prefix(count)))
        rest = rest.dropFirst(count)
      } else if first == 0xF0 {
        rest.removeFirst()
        let count = number()
        events.append(Event(tick: tick, bytes: [0xF0] + rest.prefix(count)))
        rest = rest.dropFirst(count)
      } else {
        if first >= 0x80 { status = rest.removeFirst() }
        let count = status & 0xF0 == 0xC0 ? 1 : 2
        events.append(Event(tick: tick, bytes: [status] + rest.prefix(count)))
        rest = rest.dropFirst(count)
      }
    }
    return events
  }
}
