/// A piece's notes on MIDI's channels and keys.
struct MIDIPerformance {
  /// A note where MIDI plays it.
  private struct Placed {
    var channel: UInt8
    var key: UInt8
    var bend: UInt16?
    var velocity: UInt8
    var onsetStep: Int
    var endStep: Int
  }

  /// What receivers must be told before the first note.
  private(set) var setup: [MIDIMessage]
  /// What MIDI cannot say of the piece, a line each.
  private(set) var faults: [String] = []
  private var placed: [Placed] = []
  private var unnameable = 0

  init(_ piece: Piece) {
    let program = UInt8(min(127, max(0, piece.settings.program)))
    setup = [.programChange(channel: 0, program: program)]
    let notes = piece.notes.filter { $0.velocity > 0 }
    switch piece.midiTuningOutput {
    case nil: placeAtNearestKeys(notes)
    case .off:
      placeAtNearestKeys(notes)
      if notes.contains(where: { abs($0.pitch.cents) > 0.01 }) {
        faults.append("tuning_output is off: notes of the tuning \(piece.settings.tuning.name) on the nearest keys")
      }
      separateSharedKeys()
    case .mts:
      let keyboard = TunedKeyboard(piece)
      setup =
        keyboard.keyboards.indices.map { .programChange(channel: MTS.channels[$0], program: program) }
        + MTS.setup(keyboard)
      place(notes, on: keyboard)
      separateSharedKeys()
    case .mpe:
      setup = MPE.setup(program: program)
      placeOnMemberChannels(notes)
    }
    if unnameable > 0 { faults.append("\(unnameable) notes left out, their keys lie outside 0...127") }
  }

  private mutating func placeAtNearestKeys(_ notes: [Note]) {
    for note in notes {
      guard let key = MIDIKey(note.pitch.key) else {
        unnameable += 1
        continue
      }
      place(note, channel: 0, key: key.number)
    }
  }

  private mutating func place(_ notes: [Note], on keyboard: TunedKeyboard) {
    for note in notes {
      guard let place = keyboard.place(ofRow: note.row) else {
        unnameable += 1
        continue
      }
      self.place(note, channel: MTS.channels[place.keyboard], key: place.key)
    }
  }

  private mutating func placeOnMemberChannels(_ notes: [Note]) {
    let nameable = notes.filter { MIDIKey($0.pitch.key) != nil }
    unnameable = notes.count - nameable.count
    var lost = 0
    for (note, channel) in zip(nameable, MPE.channels(nameable)) {
      if let channel {
        place(note, channel: channel, key: note.pitch.key, bend: MPE.bend(cents: note.pitch.cents))
      } else {
        lost += 1
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
        channel: channel, key: UInt8(key), bend: bend, velocity: UInt8(note.velocity), onsetStep: note.onsetStep,
        endStep: note.endStep))
  }

  /// Rows that share a key would end each other's notes: a note that begins on a sounding key ends the one before, and
  /// sounds until the last of them would.
  private mutating func separateSharedKeys() {
    var last: [[UInt8]: Int] = [:]
    var result: [Placed] = []
    for var note in placed.sorted(by: { ($0.onsetStep, $0.endStep) < ($1.onsetStep, $1.endStep) }) {
      let place = [note.channel, note.key]
      if let index = last[place], result[index].endStep > note.onsetStep {
        note.endStep = max(note.endStep, result[index].endStep)
        if result[index].onsetStep == note.onsetStep {
          result[index] = note
          continue
        }
        result[index].endStep = note.onsetStep
      }
      last[place] = result.count
      result.append(note)
    }
    placed = result
  }

  /// The notes as events; at one tick by key.
  func events(_ timing: MIDITiming) -> [MIDIEvent] {
    placed.sorted { ($0.key, $0.channel) < ($1.key, $1.channel) }.flatMap { note in
      let onset = timing.tick(ofStep: note.onsetStep)
      let bend = note.bend.map {
        MIDIEvent(tick: onset, phase: .tuning, message: .pitchBend(channel: note.channel, value: $0))
      }
      return (bend.map { [$0] } ?? []) + [
        MIDIEvent(
          tick: onset, phase: .noteOn,
          message: .noteOn(channel: note.channel, key: note.key, velocity: note.velocity)),
        MIDIEvent(
          tick: timing.tick(ofStep: note.endStep), phase: .noteOff,
          message: .noteOn(channel: note.channel, key: note.key, velocity: 0)),
      ]
    }
  }
}
