extension MIDIFile {
  /// The piece's file: track 1 holds tempo, time signature and key signature; every part has a track, with its name,
  /// program, place and notes. Parts play on channels of their own, 1, 2, ... without 10 where twelve-tone equal
  /// temperament or the nearest keys are played, else as `MTS` and `MPE` say. All tracks end where the last bar does, or the silence
  /// behind it.
  ///
  /// A note ends with a note-on of velocity 0. Within one tick the ends come before the beginnings, each by key. Left out
  /// are notes of velocity 0, which nobody hears, and what `faults` names.
  public init(_ piece: Piece) {
    let timing = MIDITiming(piece)
    let performance = MIDIPerformance(piece)
    let parts = piece.parts.enumerated().map { index, part in
      ([.trackName(part.name)] + performance.setup[index]).map { MIDIEvent(tick: 0, phase: .setup, message: $0) }
        + performance.events(ofPart: index)
    }
    self.init(
      ticksPerQuarter: timing.ticksPerQuarter, tracks: [Self.conductor(piece, timing)] + parts,
      endTick: timing.tick(ofStep: piece.stepCount + piece.silentSteps))
  }

  /// What the file cannot say of the piece, a line each; empty if it says everything.
  public static func faults(_ piece: Piece) -> [String] { MIDIPerformance(piece).faults }

  private static func conductor(_ piece: Piece, _ timing: MIDITiming) -> [MIDIEvent] {
    var events = timing.tempos.map { tempo in
      MIDIEvent(
        tick: tempo.tick, phase: .setup,
        message: .tempo(microsecondsPerQuarter: UInt32(clamping: tempo.microsecondsPerQuarter)))
    }
    // A pickup is a short bar of its own: nothing else would put the bar lines where they belong.
    let pickup = pickupMeter(piece)
    if let pickup { events.append(MIDIEvent(tick: 0, phase: .setup, message: timeSignature(pickup))) }
    events.append(
      MIDIEvent(
        tick: pickup == nil ? 0 : timing.tick(ofStep: piece.pickupSteps), phase: .setup,
        message: timeSignature(piece.meter)))
    if let key = piece.key {
      events.append(
        MIDIEvent(
          tick: 0, phase: .setup, message: .keySignature(sharps: Int8(clamping: key.fifths), isMinor: !key.mode.isMajor)
        ))
    }
    return events
  }

  private static func timeSignature(_ meter: Meter) -> MIDIMessage {
    // MIDI clocks, 24 a quarter note, from click to click: a beat.
    let clocks = 24 * 4 / meter.denominator * (meter.isCompound ? 3 : 1)
    return .timeSignature(
      numerator: UInt8(meter.numerator), denominatorPower: UInt8(meter.denominatorPower),
      clocksPerClick: UInt8(clamping: clocks), thirtySecondsPerQuarter: 8)
  }

  /// The meter of the incomplete bar at the beginning; nil if there is none, or no note value fits it.
  private static func pickupMeter(_ piece: Piece) -> Meter? {
    guard piece.pickupSteps > 0 else { return nil }
    for denominator in [4, 8, 16, 32] where denominator >= piece.meter.denominator {
      let (count, rest) = (piece.pickupSteps * denominator).quotientAndRemainder(dividingBy: 4 * piece.stepsPerQuarter)
      if rest == 0 { return Meter(count, denominator) }
    }
    return nil
  }
}
