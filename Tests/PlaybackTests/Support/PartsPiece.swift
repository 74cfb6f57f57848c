#if Playback
  import Core

  /// Pieces in parts for the live sound's and the port's tests.
  enum PartsPiece {
    /// The timbres of counterpoint, by name.
    static func timbres() throws -> [String: Timbre] { try Configuration(text: "piece: {tonic: C}", file: "c").timbres }

    /// Three parts of long, short and late notes, with programs, timbres and places of their own.
    static func trio(stepSeconds: Double = 0.06, volume: Double = 0.2) -> Piece {
      func part(_ name: String, _ notes: [(Int, Int, Int)], program: Int, timbre: String, location: Double) -> Part {
        var part = Part(
          name: name,
          notes: notes.map { PartNote(onset: $0.0, duration: $0.1, degree: $0.2, velocity: 100) })
        part.program = program
        part.timbre = timbre
        part.volume = ConfigurationNumber(volume)
        part.location = ConfigurationNumber(location)
        return part
      }
      return Piece(
        parts: [
          part("Upper", [(0, 2, 76), (2, 1, 74), (3, 5, 72)], program: 73, timbre: "brass", location: -0.5),
          part("Given", [(0, 4, 60), (4, 4, 62)], program: 42, timbre: "bowed_string", location: 0),
          part("Late", [(5, 3, 48)], program: 0, timbre: "default_timbre", location: 0.7),
        ], stepCount: 8, tempo: TempoMap(stepSeconds: stepSeconds), score: ScoreBreakdown(entries: []), provenance: nil)
    }
  }
#endif
