/// MIDI Polyphonic Expression (MIDI 1.0, CA-034/RP-053): the lower zone, channel 1 its manager.
///
/// Every note has a member channel for itself, bent before the note begins. Channel 10 belongs to the zone but is never
/// used: receivers without MPE play percussion on it. A note's channel is given to another note as late as possible, so
/// that the note's release keeps its pitch.
enum MPE {
  /// The manager channel of the lower zone, from 0.
  static let managerChannel: UInt8 = 0
  /// Member channels of the zone.
  static let zoneSize: UInt8 = 15
  /// Member channels that notes use, from 0: 2...16 without 10.
  static let memberChannels: [UInt8] = (1...15).filter { $0 != 9 }
  /// Semitones of full pitch bend where nobody wants others. No note is further than half a semitone from its key, and
  /// the finer the better: a unit of the bend is 0.024 cents. It is the General MIDI default too, for receivers that
  /// ignore the setting.
  static let defaultBendRange = 2

  /// What a receiver must be told first: the zone (this resets bend ranges).
  static var zone: [MIDIMessage] {
    RegisteredParameter.mpeConfiguration.messages(channel: managerChannel, value: zoneSize)
  }

  /// What a receiver must be told of a channel's bends, in semitones.
  static func bendRange(_ semitones: UInt8, channel: UInt8) -> [MIDIMessage] {
    RegisteredParameter.pitchBendRange.messages(channel: channel, value: semitones)
  }

  /// What a receiver must be told for ordinary channels again: no zone, then every channel's bend range and no bend.
  static var reset: [MIDIMessage] {
    RegisteredParameter.mpeConfiguration.messages(channel: managerChannel, value: 0)
      + ([managerChannel] + memberChannels).flatMap { channel in
        RegisteredParameter.pitchBendRange.messages(channel: channel, value: 2)
          + [.pitchBend(channel: channel, value: noBend)]
      }
  }

  /// The pitch wheel at rest.
  static let noBend: UInt16 = 8192

  /// The bend that raises a key by so many cents, -50...50, where a full bend is `range` semitones; rounded up by up to
  /// 0.024 cents, or with a range above 4 to the nearest unit, 0.3 cents away at 48.
  ///
  /// FluidSynth 2.3 bends by 127/128 of what it should and cuts the pitch down to whole cents, which together may be 1.4
  /// cents too low. Where it would be more than 0.95, the bend goes up by what reaches the next cent there, at most 0.5:
  /// so FluidSynth stays within a cent, and a receiver that is exact within half of one.
  static func bend(cents: Double, range: UInt8) -> UInt16 {
    let flaw = 127.0 / 128
    let heard = (cents * flaw).rounded(.down)
    let target = cents > 0 && cents - heard > 0.95 ? (heard + 1) / flaw : cents
    let units = (target / (100 * Double(range)) * 8192 - (range > 4 ? 0.5 : 1e-6)).rounded(.up)
    return UInt16(min(16383, max(0, 8192 + units)))
  }

  /// The member channels of every part: as many as it has notes at once, what is left over dealt out in turn. So every
  /// channel has one program. Where there are too few, the parts with most have fewer.
  static func channels(of parts: [Part]) -> [[UInt8]] {
    guard !parts.isEmpty else { return [] }
    var counts = parts.map { max(1, Piece.notesAtOnce($0.notes)) }
    while counts.reduce(0, +) > memberChannels.count, let most = counts.max(), most > 1,
      let index = counts.lastIndex(of: most)
    { counts[index] -= 1 }
    var next = 0
    while counts.reduce(0, +) < memberChannels.count {
      counts[next % counts.count] += 1
      next += 1
    }
    var first = 0
    return counts.map { count in
      defer { first += count }
      return (first..<first + count).map { memberChannels[$0 % memberChannels.count] }
    }
  }

  /// A channel of a part's for every note of it, or nil for a note that comes while all of them sound.
  ///
  /// Notes are given in order of onset; a note that ends at a tick leaves its channel to one that begins there only if
  /// no channel has been silent for longer.
  static func assign(_ notes: [Note], to channels: [UInt8]) -> [UInt8?] {
    var ends = Array(repeating: -1, count: channels.count)
    return notes.map { note in
      guard let index = ends.indices.filter({ ends[$0] <= note.onsetTick }).min(by: { ends[$0] < ends[$1] }) else {
        return nil
      }
      ends[index] = note.endTick
      return channels[index]
    }
  }
}
