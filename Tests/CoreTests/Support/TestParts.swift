@testable import Core

/// Pieces in parts for tests.
enum TestParts {
  /// Notes written as `key:duration`, one after another; `r` is a rest. Steps.
  static func notes(_ text: String, velocity: Int = 100) -> [PartNote] {
    var step = 0
    return text.split(separator: " ").compactMap { word in
      let fields = word.split(separator: ":")
      let duration = fields.count == 2 ? Int(fields[1]) ?? 1 : 1
      defer { step += duration }
      return Int(fields[0]).map { PartNote(onset: step, duration: duration, degree: $0, velocity: velocity) }
    }
  }

  static func piece(_ parts: [Part], steps: Int, tempo: TempoMap = TempoMap(stepSeconds: 0.25)) -> Piece {
    var piece = Piece(
      parts: parts, stepCount: steps, tempo: tempo, score: ScoreBreakdown(entries: []), provenance: nil)
    piece.stepsPerQuarter = 2
    return piece
  }

  /// Three parts in D minor, 3/4 with a pickup of a quarter, eighths, three bars and two quarters: ties over bar lines,
  /// rests, a sharp leading tone, a bass; programs, places and timbres of their own; the tenor is given.
  static var trio: Piece {
    var soprano = Part(name: "Soprano", notes: notes("69:2 74:3 76:1 77:4 r:2 73:2 74:6 r:2"))
    soprano.program = 73
    soprano.location = ConfigurationNumber(-0.5)
    var tenor = Part(name: "Cantus firmus", notes: notes("r:2 62:6 64:6 57:2 62:6"))
    tenor.program = 42
    tenor.isGiven = true
    tenor.velocity = 80
    tenor.notes = tenor.notes.map { PartNote(onset: $0.onset, duration: $0.duration, degree: $0.degree, velocity: 80) }
    var bass = Part(name: "Bass", notes: notes("r:2 38:6 45:5 46:1 45:2 38:6", velocity: 90))
    bass.program = 43
    bass.velocity = 90
    bass.location = ConfigurationNumber(0.5)
    bass.timbre = "other"
    var piece = piece([soprano, tenor, bass], steps: 22)
    piece.meter = Meter(3, 4) ?? .common
    piece.pickupSteps = 2
    piece.key = KeySignature(tonic: 62, mode: .minor)
    return piece
  }

  /// The trio, played: slower towards the end, notes early, late, shorter and louder.
  static func performed(steps: Int = 22) -> Piece {
    var piece = trio.excerpt(steps: steps)
    var interpretation = Interpretation(of: piece)
    interpretation.tempo =
      TempoMap([
        .init(step: 0, stepSeconds: 0.25), .init(step: 8, stepSeconds: 0.24), .init(step: 14, stepSeconds: 0.3),
        .init(step: 20, stepSeconds: 0.4),
      ]) ?? interpretation.tempo
    for part in piece.parts.indices {
      for note in piece.parts[part].notes.indices {
        let sign = note % 2 == 0 ? 1.0 : -1.0
        interpretation.deviations[part][note] = .init(
          onsetSeconds: 0.003 * sign * Double(part), durationSeconds: -0.035, decibels: 1.5 * sign)
      }
    }
    piece.interpretation = interpretation
    return piece
  }

  /// Two parts in 24 equal divisions: degree 1 is a quarter tone.
  static var quarterTones: Piece {
    var piece = piece(
      [Part(name: "Upper", notes: notes("3:2 5:2 8:4")), Part(name: "Lower", notes: notes("-7:4 0:2 1:2"))], steps: 8)
    piece.parts[1].program = 40
    piece.tuning = .equal(divisions: 24)
    piece.lowestNote = MIDIKey(60) ?? .lowest
    return piece
  }
}
