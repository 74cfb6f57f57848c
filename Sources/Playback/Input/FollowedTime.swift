internal import Core

/// The time of a timeline that follows a master: nanoseconds in which every quarter note has the same length, whatever the
/// master's tempo. A MIDI clock is 20 ms of it.
enum FollowedTime {
  /// A quarter note.
  static let quarter: Int64 = 480_000_000
  /// What a piece waits for that comes while the master runs: a bar. MIDI clock knows no meter.
  static func bar(_ meter: Meter) -> Int64 { 4 * quarter * Int64(meter.numerator) / Int64(meter.denominator) }
  /// A MIDI clock.
  static let clock = 20_000_000.0

  /// Positions beyond this (years) are held there.
  private static let most = 1e17

  /// From MIDI clocks.
  static func nanoseconds(ofClocks clocks: Double) -> Int64 {
    Int64(min(most, max(-most, (clocks * clock).rounded())))
  }

  /// To MIDI clocks.
  static func clocks(ofNanoseconds nanoseconds: Int64) -> Double { Double(nanoseconds) / clock }
}

extension Piece {
  /// The same at its first tempo throughout: a master's tempo takes the place of its own, and of how that changes. Notes
  /// begin on their steps; how loud and how long they are stays theirs.
  var evenlyPaced: Piece {
    guard interpretation != nil || !tempo.isConstant else { return self }
    var even = self
    even.tempo = TempoMap(stepSeconds: tempo.stepSeconds(at: 0))
    even.interpretation = interpretation?.inTempo(even.tempo)
    return even
  }
}
