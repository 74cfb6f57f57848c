/// The MIDI Tuning Standard (MIDI 1.0, CA-020): single-note tuning changes in real time.
///
///     F0 7F <device> 08 02 <program> <count> [<key> <semitone> <fraction, 14 bits>] ... F7
///
/// The fraction counts in 100/16384 cents. A receiver that has no such program makes one of it; the registered
/// parameters 4 and 3 (bank, program) select it for a channel. All of it goes before the first note: at most two
/// messages a keyboard, of 8 + 4 n bytes, 516 at most, far below what receivers' pools hold (4096), sent by the sequencer
/// port no faster than a MIDI cable.
enum MTS {
  /// All devices.
  static let device: UInt8 = 0x7F
  /// The count has seven bits.
  static let changesPerMessage = 127

  /// Tuning programs: more than 128 distinct pitches need a second keyboard, and a piece has at most 256 degrees.
  static let programCount = 2

  /// What a receiver must be told before the first note, apart from who uses which: the tunings, a program a keyboard.
  static func tunings(_ keyboard: TunedKeyboard) -> [MIDIMessage] {
    keyboard.keyboards.enumerated().flatMap { program, keys in changes(program: program, keys) }
  }

  /// What a receiver must be told for twelve-tone equal temperament again, sounding notes included, on channels that were
  /// retuned.
  static func reset(channels: some Sequence<UInt8>) -> [MIDIMessage] {
    let keys = (0...127).map { TunedKeyboard.Key(key: $0, semitones: Double($0)) }
    return (0..<programCount).flatMap { changes(program: $0, keys) }
      + channels.flatMap { select(program: 0, channel: $0) }
  }

  private static func changes(program: Int, _ keys: [TunedKeyboard.Key]) -> [MIDIMessage] {
    stride(from: 0, to: keys.count, by: changesPerMessage).map { start in
      let changes = keys[start..<min(keys.count, start + changesPerMessage)]
      return .systemExclusive(
        [0x7F, device, 0x08, 0x02, UInt8(program), UInt8(changes.count)]
          + changes.flatMap { [UInt8($0.key)] + frequency($0.semitones) })
    }
  }

  /// What makes a channel play a tuning program.
  static func select(program: UInt8, channel: UInt8) -> [MIDIMessage] {
    RegisteredParameter.tuningBank.messages(channel: channel, value: 0)
      + RegisteredParameter.tuningProgram.messages(channel: channel, value: program)
  }

  /// A pitch as the standard's three bytes: the semitone, then the fraction above it.
  ///
  /// Rounded up by up to 0.006 cents: FluidSynth 2.3 cuts pitches down to whole cents, and 31.9999 would become 31.
  static func frequency(_ semitones: Double) -> [UInt8] {
    // 7F 7F 7F would mean "no change".
    let units = min(128 * 16384 - 2, max(0, Int((semitones * 16384 - 1e-6).rounded(.up))))
    return [UInt8(units >> 14), UInt8(units >> 7 & 127), UInt8(units & 127)]
  }
}
