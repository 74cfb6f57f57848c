/// A piece's notes on MIDI's channels and keys.
struct MIDIPerformance {
  /// A note where MIDI plays it.
  private struct Placed {
    var part: Int
    var channel: UInt8
    var key: UInt8
    /// Where the note begins as notated.
    var step: Int
    var bend: UInt16?
    var velocity: UInt8
    var onset: Int
    var end: Int
  }

  /// What receivers must be told before the first note, for every part; what all of them need stands in the first.
  private(set) var setup: [[MIDIMessage]]
  /// What MIDI cannot say of the piece, a line each.
  private(set) var faults: [String] = []
  private var placed: [Placed] = []
  private var unnameable = 0

  /// Channels for parts, from 0: all but the percussion's.
  static let melodicChannels: [UInt8] = (0...15).filter { $0 != 9 }

  init(_ piece: Piece) {
    setup = piece.parts.map { _ in [] }
    let notes = piece.notes.filter { $0.velocity > 0 }
    switch piece.midiTuningOutput {
    case nil: placeAtNearestKeys(notes, piece)
    case .off:
      placeAtNearestKeys(notes, piece)
      if notes.contains(where: { abs($0.pitch.cents) > 0.01 }) {
        faults.append("tuning_output is off: notes of the tuning \(piece.tuning.name) on the nearest keys")
      }
    case .mts: placeOnRetunedKeys(notes, piece)
    case .mpe: placeOnMemberChannels(notes, piece)
    }
    if piece.midiTuningOutput != .mpe { separateSharedKeys() }
    if unnameable > 0 { faults.append("\(unnameable) notes left out, their keys lie outside 0...127") }
  }

  /// A channel's program, and its place between left and right.
  private static func sound(of part: Part, on channel: UInt8) -> [MIDIMessage] {
    let location = part.location.value.isNaN ? 0 : min(1, max(-1, part.location.value))
    let pan = 64 + (location < 0 ? 64 : 63) * location
    return [
      .programChange(channel: channel, program: UInt8(min(127, max(0, part.program)))),
      .controlChange(channel: channel, controller: MIDIController.pan, value: UInt8(pan.rounded())),
    ]
  }

  private mutating func placeAtNearestKeys(_ notes: [Note], _ piece: Piece) {
    let channels = piece.parts.indices.map { Self.melodicChannels[$0 % Self.melodicChannels.count] }
    for (index, part) in piece.parts.enumerated() where index < Self.melodicChannels.count {
      setup[index] = Self.sound(of: part, on: channels[index])
    }
    if piece.parts.count > Self.melodicChannels.count {
      faults.append("parts beyond the first \(Self.melodicChannels.count) share their channels and programs")
    }
    for note in notes {
      guard let key = MIDIKey(note.pitch.key) else {
        unnameable += 1
        continue
      }
      place(note, channel: channels[note.part], key: key.number)
    }
  }

  /// A channel for every part and keyboard.
  private mutating func placeOnRetunedKeys(_ notes: [Note], _ piece: Piece) {
    let keyboard = TunedKeyboard(piece)
    let count = keyboard.keyboards.count
    func channel(part: Int, keyboard: Int) -> UInt8? {
      let index = part * count + keyboard
      return index < Self.melodicChannels.count ? Self.melodicChannels[index] : nil
    }
    var lost = 0
    for (index, part) in piece.parts.enumerated() {
      let channels = (0..<count).map { channel(part: index, keyboard: $0) }
      setup[index] = channels.compactMap(\.self).flatMap { Self.sound(of: part, on: $0) }
      if index == 0 { setup[index] += MTS.tunings(keyboard) }
      for (number, channel) in channels.enumerated() {
        if let channel { setup[index] += MTS.select(program: UInt8(number), channel: channel) }
      }
    }
    for note in notes {
      guard let place = keyboard.place(ofDegree: note.degree) else {
        unnameable += 1
        continue
      }
      if let channel = channel(part: note.part, keyboard: place.keyboard) {
        self.place(note, channel: channel, key: place.key)
      } else {
        lost += 1
      }
    }
    if lost > 0 {
      faults.append("\(lost) notes left out, their parts have no channel of the \(Self.melodicChannels.count)")
    }
  }

  private mutating func placeOnMemberChannels(_ notes: [Note], _ piece: Piece) {
    let nameable = notes.filter { MIDIKey($0.pitch.key) != nil }
    unnameable = notes.count - nameable.count
    let channels = MPE.channels(of: piece.parts)
    let range = UInt8(min(96, max(1, piece.mpeBendRange)))
    for (index, part) in piece.parts.enumerated() {
      if index == 0 {
        // No pan on the manager: it would hold for the whole zone.
        setup[index] =
          MPE.zone + MPE.bendRange(range, channel: MPE.managerChannel)
          + Self.sound(of: part, on: MPE.managerChannel).prefix(1)
      }
      setup[index] += channels[index].flatMap { MPE.bendRange(range, channel: $0) + Self.sound(of: part, on: $0) }
    }
    var lost = 0
    for part in piece.parts.indices {
      let own = nameable.filter { $0.part == part }
      for (note, channel) in zip(own, MPE.assign(own, to: channels[part])) {
        if let channel {
          place(note, channel: channel, key: note.pitch.key, bend: MPE.bend(cents: note.pitch.cents, range: range))
        } else {
          lost += 1
        }
      }
    }
    if lost > 0 {
      faults.append(
        "\(lost) notes left out, tuning_output mpe has channels for \(MIDITuningOutput.mpeNoteLimit) at once; mts for all"
      )
    }
  }

  private mutating func place(_ note: Note, channel: UInt8, key: Int, bend: UInt16? = nil) {
    placed.append(
      Placed(
        part: note.part, channel: channel, key: UInt8(key), step: note.onsetStep, bend: bend,
        velocity: UInt8(note.velocity),
        onset: note.onsetTick, end: note.endTick))
  }

  /// Notes that share a key would end each other: a note that begins on a sounding key ends the one before, and sounds
  /// until the last of them would. One that a part repeats begins a tick later at least, however it is performed.
  private mutating func separateSharedKeys() {
    var last: [[UInt8]: Int] = [:]
    var result: [Placed] = []
    for var note in placed.sorted(by: { ($0.onset, $0.step, $0.end) < ($1.onset, $1.step, $1.end) }) {
      let place = [note.channel, note.key]
      if let index = last[place], result[index].onset >= note.onset, result[index].part == note.part,
        result[index].step != note.step
      {
        note.onset = result[index].onset + 1
        note.end = max(note.end, note.onset + 1)
      }
      if let index = last[place], result[index].end > note.onset {
        note.end = max(note.end, result[index].end)
        if result[index].onset >= note.onset {
          note.onset = result[index].onset
          result[index] = note
          continue
        }
        result[index].end = note.onset
      }
      last[place] = result.count
      result.append(note)
    }
    placed = result
  }

  /// A part's notes as events; at one tick by key.
  func events(ofPart part: Int) -> [MIDIEvent] {
    placed.filter { $0.part == part }.sorted { ($0.key, $0.channel) < ($1.key, $1.channel) }.flatMap { note in
      let bend = note.bend.map {
        MIDIEvent(tick: note.onset, phase: .tuning, message: .pitchBend(channel: note.channel, value: $0))
      }
      return (bend.map { [$0] } ?? []) + [
        MIDIEvent(
          tick: note.onset, phase: .noteOn,
          message: .noteOn(channel: note.channel, key: note.key, velocity: note.velocity)),
        MIDIEvent(
          tick: note.end, phase: .noteOff, message: .noteOn(channel: note.channel, key: note.key, velocity: 0)),
      ]
    }
  }
}
