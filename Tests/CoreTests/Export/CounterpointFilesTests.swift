import Foundation
import Testing

@testable import Core

/// The original's files of finished counterpoints: `Tests/Fixtures/counterpoint/files`.
@Suite struct CounterpointFilesTests {
  struct Facts: Decodable {
    struct MIDIParameters: Decodable {
      var measure_in_seconds: Double
      var cantus_firmus_instrument, counterpoint_instrument, velocity, trailing_silence_in_measures: Int
    }
    struct SineParameters: Decodable {
      var velocity: Double
      var cantus_firmus_instrument, counterpoint_instrument, effects: String
    }
    struct MIDI: Decodable {
      struct Event: Decodable {
        var tick: Int
        var type: String
        var note, velocity, channel, program: Int?
      }
      var tracks: [[Event]]
    }
    var piece: CounterpointFacts.Setup
    var actions: [[Int]]
    var midi_params: MIDIParameters
    var sinethesizer_params: SineParameters
    var midi: MIDI
  }

  private static func facts(_ name: String) throws -> Facts {
    let url = Fixture.folder.appending(path: "counterpoint/files/\(name).json")
    return try JSONDecoder().decode(Facts.self, from: Data(contentsOf: url))
  }

  private func piece(_ facts: Facts) throws -> Piece {
    let (midi, sine) = (facts.midi_params, facts.sinethesizer_params)
    let yaml =
      facts.piece.yaml + """
          rendering_params:
            measure_in_seconds: \(midi.measure_in_seconds)
            midi: {cantus_firmus_instrument: \(midi.cantus_firmus_instrument), counterpoint_instrument: \
        \(midi.counterpoint_instrument), velocity: \(midi.velocity), trailing_silence_in_measures: \
        \(midi.trailing_silence_in_measures)}
            sinethesizer: {cantus_firmus_instrument: \(sine.cantus_firmus_instrument), counterpoint_instrument: \
        \(sine.counterpoint_instrument), velocity: \(sine.velocity), effects: '\(sine.effects)'}
        """
    let configuration = try #require(try Configuration(text: yaml, file: "c.yml").counterpoint)
    let line = try CounterpointFacts.line(configuration.task, facts.actions)
    #expect(line.isFinished)
    return configuration.piece([line], provenance: nil)
  }

  /// A note as it sounds.
  private struct Sound: Hashable {
    var channel, program, key, velocity: Int
    /// Seconds, to the nearest thousandth of one.
    var onset, end: Double
  }

  /// The notes of the original's events: ticks are 1/440 s. The silent note behind the end is no note.
  private func sounds(_ midi: Facts.MIDI) -> [Sound] {
    var sounds: [Sound] = []
    for track in midi.tracks {
      var program = 0
      var begun: [Int: Facts.MIDI.Event] = [:]
      for event in track {
        if event.type == "program_change" { program = event.program ?? 0 }
        guard event.type == "note_on", let key = event.note, let velocity = event.velocity else { continue }
        if velocity > 0 {
          begun[key] = event
        } else if let start = begun.removeValue(forKey: key) {
          sounds.append(
            Sound(
              channel: start.channel ?? 0, program: program, key: key, velocity: start.velocity ?? 0,
              onset: Double(start.tick) / 440, end: Double(event.tick) / 440))
        }
      }
    }
    return sounds
  }

  @Test(arguments: ["01", "02", "03", "04"]) func notesAreTheOriginals(name: String) throws {
    let facts = try Self.facts(name)
    let piece = try piece(facts)
    let performance = MIDIPerformance(piece)
    let expected = sounds(facts.midi)
    #expect(piece.notes.count == expected.count && !expected.isEmpty)
    for note in piece.notes {
      let found = expected.filter {
        $0.key == note.pitch.key && $0.channel == note.part && abs($0.onset - note.onsetSeconds) < 0.0013
      }
      #expect(found.count == 1, "\(name): \(note)")
      #expect(found.first?.velocity == note.velocity)
      #expect(found.first?.program == piece.parts[note.part].program)
      let end = note.onsetSeconds + note.durationSeconds
      #expect(abs((found.first?.end ?? 0) - end) < 0.0013, "\(name): \(note)")
    }
    #expect(performance.faults == [])
    // What the file itself says: a track and a channel for each part.
    let decoded = try #require(DecodedMIDI(MIDIFile(piece).bytes))
    #expect(decoded.tracks.count == 3)
    for (part, track) in decoded.tracks.dropFirst().enumerated() {
      let channels = Set(track.filter { $0.bytes[0] >> 4 == 9 }.map { Int($0.bytes[0] & 15) })
      #expect(channels == [part])
      let programs = track.filter { $0.bytes[0] >> 4 == 0xC }.map { Int($0.bytes[1]) }
      #expect(programs == [piece.parts[part].program])
    }
  }

  @Test(arguments: ["01", "02", "03", "04"]) func eventsAreTheOriginalsLineByLine(name: String) throws {
    let piece = try piece(Self.facts(name))
    let url = Fixture.folder.appending(path: "counterpoint/files/\(name).tsv")
    let expected = try String(contentsOf: url, encoding: .utf8).split(separator: "\n", omittingEmptySubsequences: false)
    let lines = EventsTSV.text(of: piece).split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines == expected)
  }

  /// What is silent behind the last bar is in the MIDI file's length, and stays when the piece is read again.
  @Test func silenceBehindTheEnd() throws {
    let facts = try Self.facts("01")
    let piece = try piece(facts)
    let bars = facts.midi_params.trailing_silence_in_measures
    #expect(piece.silentSteps == 8 * bars)
    #expect(MIDIFile(piece).endTick == MIDITiming(piece).tick(ofStep: piece.stepCount + 8 * bars))
    let text = PieceJSON.text(piece, programVersion: "0")
    let read = try PieceJSON.parse(Array(text.utf8), roll: nil, file: "p")
    #expect(read.silentSteps == piece.silentSteps && PieceJSON.text(read, programVersion: "0") == text)
    // As long as what the original wrote: its silent note ends there.
    let last = facts.midi.tracks.flatMap { $0 }.map(\.tick).max() ?? 0
    let end = MIDITiming(piece).nanoseconds(ofTick: MIDIFile(piece).endTick)
    #expect(abs(Double(last) / 440 - Double(end) / 1e9) < 0.01)
  }

  @Test func whatWasWrongIsRight() throws {
    let piece = try piece(Self.facts("02"))
    // Bb minor is spelled with flats; the tempo is what the notes have.
    #expect(piece.key?.tonicName == "Bb" && piece.stepsPerBar == 8)
    #expect(piece.tempo.seconds(ofStep: 8) == 2)
    #expect(piece.parts[0].isGiven && piece.parts.map(\.name) == ["Cantus firmus", "Counterpoint"])
  }
}
