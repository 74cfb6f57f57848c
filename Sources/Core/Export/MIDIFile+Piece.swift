extension MIDIFile {
  /// The piece's file: track 1 holds tempo and time signature, track 2 the program and the notes on channel 1.
  ///
  /// A note ends with a note-on of velocity 0. Within one tick the ends come before the beginnings, each by key. Left out
  /// are notes of velocity 0, which nobody hears, and notes whose nearest key MIDI cannot name (`unnameableNotes`).
  public init(_ piece: Piece) {
    let timing = MIDITiming(stepSeconds: piece.settings.stepSeconds)
    let conductor: [MIDIMessage] = [
      .tempo(microsecondsPerQuarter: UInt32(timing.tempo)),
      .timeSignature(numerator: 4, denominatorPower: 2, clocksPerClick: 24, thirtySecondsPerQuarter: 8),
    ]
    let program = UInt8(min(127, max(0, piece.settings.program)))
    let setup: [MIDIMessage] = [.trackName("unknown"), .programChange(channel: 0, program: program)]
    self.init(tracks: [
      conductor.map { MIDIEvent(tick: 0, phase: .setup, message: $0) },
      setup.map { MIDIEvent(tick: 0, phase: .setup, message: $0) } + Self.noteEvents(piece.notes, timing: timing),
    ])
  }

  /// The notes that a MIDI file cannot hold: their nearest key lies outside 0...127.
  public static func unnameableNotes(_ piece: Piece) -> [Note] {
    piece.notes.filter { MIDIKey($0.pitch.key) == nil }
  }

  private static func noteEvents(_ notes: [Note], timing: MIDITiming) -> [MIDIEvent] {
    let audible = notes.filter { MIDIKey($0.pitch.key) != nil && $0.velocity > 0 }
      .sorted { $0.pitch.key < $1.pitch.key }
    return audible.flatMap { note in
      let key = UInt8(note.pitch.key)
      return [
        MIDIEvent(
          tick: timing.tick(ofStep: note.onsetStep), phase: .noteOn,
          message: .noteOn(channel: 0, key: key, velocity: UInt8(note.velocity))),
        MIDIEvent(
          tick: timing.tick(ofStep: note.endStep), phase: .noteOff,
          message: .noteOn(channel: 0, key: key, velocity: 0)),
      ]
    }
  }
}
