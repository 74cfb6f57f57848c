extension MIDIFile {
  /// The piece's file: track 1 holds tempo and time signature, track 2 the program and the notes, on channel 1 where
  /// twelve-tone equal temperament or the nearest keys are played, else as `MTS` and `MPE` say.
  ///
  /// A note ends with a note-on of velocity 0. Within one tick the ends come before the beginnings, each by key. Left out
  /// are notes of velocity 0, which nobody hears, and what `faults` names.
  public init(_ piece: Piece) {
    let timing = MIDITiming(stepSeconds: piece.settings.stepSeconds)
    let conductor: [MIDIMessage] = [
      .tempo(microsecondsPerQuarter: UInt32(timing.tempo)),
      .timeSignature(numerator: 4, denominatorPower: 2, clocksPerClick: 24, thirtySecondsPerQuarter: 8),
    ]
    let performance = MIDIPerformance(piece)
    self.init(tracks: [
      conductor.map { MIDIEvent(tick: 0, phase: .setup, message: $0) },
      ([.trackName("unknown")] + performance.setup).map { MIDIEvent(tick: 0, phase: .setup, message: $0) }
        + performance.events(timing),
    ])
  }

  /// What the file cannot say of the piece, a line each; empty if it says everything.
  public static func faults(_ piece: Piece) -> [String] { MIDIPerformance(piece).faults }
}
