internal import CFluidSynth
internal import Core

/// FluidSynth as a pure renderer: no audio driver, no thread of its own, one owner.
///
/// FluidSynth renders 64 frames at a time on a grid of its own, so a note begins up to 63 frames (1.3 ms) late: always on
/// the next multiple of 64. It is asked for multiples of 64 only, and what is left over waits here; so the samples do not
/// depend on the blocks, and `panic` leaves nothing behind.
///
/// Every call that renders allocates and frees once inside the distribution's OpenMP runtime: the documented exception to
/// the audio thread's rule. Everything else that is called there allocates nothing: a font is loaded whole, or, if it is
/// large, the programs that will be wanted are loaded and pinned before the first frame, and no other is ever selected.
final class FluidSynthEngine: SoundEngine {
  let sampleRate: Int
  /// The font that sounds.
  let soundfont: Soundfont

  private let settings: OpaquePointer
  private let synth: OpaquePointer
  private let presets: SoundfontPresets
  private let notice: @Sendable (String) -> Void
  private let said = SaidOnce()

  private static let grid = 64
  /// Frames that FluidSynth has rendered and nobody has taken yet: the end of these two buffers.
  private let leftRest: UnsafeMutablePointer<Float>
  private let rightRest: UnsafeMutablePointer<Float>
  private var restCount = 0

  /// A piece of 256 rows in a tuning of its own needs a channel a row; more of them (rows of several parts) share.
  static let channelCount = 256
  /// Chosen so that a default piece is about as loud as the sine synthesizer's: on Debian's TimGM6mb 1.7 dB quieter.
  static let gain = 1.2
  /// Of larger fonts only the programs that are wanted are loaded: a font of 3 GB would take 20 s, and the memory.
  static let largestWholeByteCount = 64 << 20
  /// What FluidSynth calls the font's bank 0. Its reset selects program 0 of bank 0 on every channel, which would load
  /// that from the audio thread; with the font elsewhere there is none, and it selects nothing.
  private static let bank: Int32 = 1000

  /// Loads a soundfont.
  ///
  /// - Parameters:
  ///   - sampleRate: Frames per second, 8,000 to 96,000: FluidSynth's own range.
  ///   - soundfont: Where it is.
  ///   - programs: Those that will be wanted. A large font plays no other: it would have to be loaded while it sounds.
  ///   - largestWholeByteCount: What counts as large.
  ///   - notice: Gets one line about each program that another has to stand in for.
  /// - Throws: `DataError` if FluidSynth cannot use the font, or if it would be silent.
  init(
    sampleRate: Int, soundfont: Soundfont, programs: [Int] = [0],
    largestWholeByteCount: Int = FluidSynthEngine.largestWholeByteCount,
    notice: @escaping @Sendable (String) -> Void = { _ in }
  ) throws(DataError) {
    FluidSynthLog.install()
    guard (8_000...96_000).contains(sampleRate) else {
      throw DataError(
        file: soundfont.name,
        reason: "FluidSynth renders 8000 to 96000 frames per second, the device has \(sampleRate)")
    }
    guard let settings = new_fluid_settings() else { throw DataError(file: soundfont.name, reason: "out of memory") }
    fluid_settings_setnum(settings, "synth.sample-rate", Double(sampleRate))
    fluid_settings_setnum(settings, "synth.gain", Self.gain)
    fluid_settings_setint(settings, "synth.polyphony", 256)
    fluid_settings_setint(settings, "synth.threadsafe-api", 0)
    fluid_settings_setint(settings, "synth.cpu-cores", 1)
    fluid_settings_setint(settings, "synth.midi-channels", Int32(Self.channelCount))
    let isLarge = soundfont.byteCount > largestWholeByteCount
    fluid_settings_setint(settings, "synth.dynamic-sample-loading", isLarge ? 1 : 0)
    guard let synth = new_fluid_synth(settings) else {
      delete_fluid_settings(settings)
      throw DataError(file: soundfont.name, reason: "out of memory")
    }
    do throws(DataError) {
      var presets = try Self.load(soundfont, into: synth)
      if isLarge {
        presets.keep(programs)
        for program in presets.programs {
          fluid_synth_pin_preset(synth, presets.fontID, Self.bank, Int32(program))
        }
      }
      guard Self.isAudible(synth, presets, program: presets.substitute(for: programs.first ?? 0)) else {
        throw DataError(file: soundfont.name, reason: "this soundfont is damaged: its instruments have no samples")
      }
      self.presets = presets
    } catch {
      delete_fluid_synth(synth)
      delete_fluid_settings(settings)
      throw error
    }
    self.settings = settings
    self.synth = synth
    self.sampleRate = sampleRate
    self.soundfont = soundfont
    self.notice = notice
    leftRest = .allocate(capacity: Self.grid)
    rightRest = .allocate(capacity: Self.grid)
    leftRest.initialize(repeating: 0, count: Self.grid)
    rightRest.initialize(repeating: 0, count: Self.grid)
  }

  deinit {
    delete_fluid_synth(synth)
    delete_fluid_settings(settings)
    leftRest.deallocate()
    rightRest.deallocate()
  }

  private static func load(_ soundfont: Soundfont, into synth: OpaquePointer) throws(DataError) -> SoundfontPresets {
    FluidSynthLog.forgetLastError()
    let id = fluid_synth_sfload(synth, soundfont.path, 0)
    guard id >= 0, let font = fluid_synth_get_sfont_by_id(synth, id) else {
      let detail = FluidSynthLog.lastError.map { " (\($0))" } ?? ""
      throw DataError(file: soundfont.name, reason: "FluidSynth cannot read this soundfont\(detail)")
    }
    let presets = SoundfontPresets(font: font, id: id)
    fluid_synth_set_bank_offset(synth, id, bank)
    guard !presets.programs.isEmpty else {
      throw DataError(
        file: soundfont.name,
        reason:
          "this soundfont has no instrument in bank 0, so every piece would be silent; allowed: a General MIDI font"
      )
    }
    return presets
  }

  /// Tries a few notes: a damaged font loses its samples without an error. Warms the renderer up, too.
  private static func isAudible(_ synth: OpaquePointer, _ presets: SoundfontPresets, program: Int) -> Bool {
    let frames = 1024
    var sound = [Float](repeating: 0, count: 2 * frames)
    for key in [60, 48, 72, 36, 84] as [Int32] {
      fluid_synth_program_select(synth, 0, presets.fontID, bank, Int32(program))
      fluid_synth_noteon(synth, 0, key, 100)
      sound.withUnsafeMutableBufferPointer { sound in
        _ = fluid_synth_write_float(
          synth, Int32(frames), sound.baseAddress, 0, 1, sound.baseAddress, Int32(frames), 1)
      }
      fluid_synth_system_reset(synth)
      if sound.contains(where: { abs($0) > 1e-4 }) { return true }
    }
    return false
  }

  // MARK: Control side

  func timeline(of piece: Piece) -> PieceTimeline {
    let programs = piece.parts.map { part in
      let program = presets.substitute(for: part.program)
      if program != part.program, said.isFirst(part.program) {
        notice(presets.remark(on: part.program, of: soundfont.name))
      }
      return program
    }
    let rate = Double(sampleRate)
    func frame(_ seconds: Double) -> Int64 { Int64(SineEvent.frames(seconds: seconds, sampleRate: rate)) }
    let isKeyboard = piece.tuning.isTwelveToneEqual
    var channels: [ChannelUse: UInt8] = [:]
    var events: [RenderEvent] = []
    var ends: [RenderEvent] = []
    var onsets: [RenderEvent] = []
    for note in piece.notes where (0...127).contains(note.pitch.key) {
      // A part's degree of another tuning has a channel of its own, whose fine tuning is the degree's.
      let use = ChannelUse(part: note.part, degree: isKeyboard ? 0 : note.degree)
      let channel = channels[use] ?? UInt8(truncatingIfNeeded: channels.count)
      if channels.updateValue(channel, forKey: use) == nil {
        events.append(
          RenderEvent(
            frame: 0, kind: .program, channel: channel, key: UInt8(clamping: programs[note.part]),
            cents: Self.fineTuning(note.pitch.cents), location: piece.parts[note.part].location.value))
      }
      let key = UInt8(clamping: note.pitch.key)
      ends.append(
        RenderEvent(
          frame: frame(note.onsetSeconds + note.durationSeconds), kind: .noteOff, channel: channel, key: key))
      onsets.append(
        RenderEvent(
          frame: frame(note.onsetSeconds), kind: .noteOn, channel: channel, key: key,
          velocity: UInt8(clamping: note.velocity), durationSeconds: note.durationSeconds,
          part: UInt8(clamping: note.part)))
    }
    // At one frame: programs, then ends, then beginnings.
    return PieceTimeline(events: events + ends + onsets, frameCount: frame(piece.seconds))
  }

  /// What a channel is for.
  private struct ChannelUse: Hashable {
    var part: Int
    var degree: Int
  }

  /// The fine tuning that sounds nearest to so many cents. FluidSynth cuts pitches down to whole cents: 31.97 would sound
  /// as 31, and a whole number that a font's own tuning makes a little too small, a cent lower.
  static func fineTuning(_ cents: Double) -> Float { cents == 0 ? 0 : Float(cents.rounded() + 0.01) }

  private static let panController: Int32 = 10

  /// A location as MIDI's controller has it: 0 left, 64 the middle, 127 right.
  private static func pan(_ location: Double) -> Int32 {
    let place = location > -1 ? (location < 1 ? location : 1) : -1
    return Int32(64 + (place < 0 ? 64 : 63) * place + 0.5)
  }

  // MARK: Audio side

  func apply(_ event: RenderEvent, of piece: UnsafePointer<PieceTimeline.Contents>) {
    let channel = Int32(event.channel)
    switch event.kind {
    case .program:
      // Channel 10 is an ordinary one here, too: a channel is a row, and a reset makes it one for drums.
      fluid_synth_set_channel_type(synth, channel, Int32(CHANNEL_TYPE_MELODIC.rawValue))
      fluid_synth_program_select(synth, channel, presets.fontID, Self.bank, Int32(event.key))
      fluid_synth_set_gen(synth, channel, Int32(GEN_FINETUNE.rawValue), event.cents)
      fluid_synth_cc(synth, channel, Self.panController, Self.pan(event.location))
    case .noteOn: fluid_synth_noteon(synth, channel, Int32(event.key), Int32(event.velocity))
    case .noteOff: fluid_synth_noteoff(synth, channel, Int32(event.key))
    }
  }

  func render(left: UnsafeMutablePointer<Float>, right: UnsafeMutablePointer<Float>, frameCount: Int) {
    var done = takeRest(left: left, right: right, frameCount: frameCount)
    let whole = (frameCount - done) / Self.grid * Self.grid
    if whole > 0 {
      fluid_synth_write_float(synth, Int32(whole), left + done, 0, 1, right + done, 0, 1)
      done += whole
    }
    if done < frameCount {
      fluid_synth_write_float(synth, Int32(Self.grid), leftRest, 0, 1, rightRest, 0, 1)
      restCount = Self.grid
      done += takeRest(left: left + done, right: right + done, frameCount: frameCount - done)
    }
  }

  private func takeRest(
    left: UnsafeMutablePointer<Float>, right: UnsafeMutablePointer<Float>, frameCount: Int
  ) -> Int {
    let count = min(restCount, frameCount)
    if count == 0 { return 0 }
    let start = Self.grid - restCount
    left.update(from: leftRest + start, count: count)
    right.update(from: rightRest + start, count: count)
    restCount -= count
    return count
  }

  func panic() {
    fluid_synth_system_reset(synth)
    restCount = 0
  }

  var activeVoiceCount: Int { Int(fluid_synth_get_active_voice_count(synth)) }

  /// FluidSynth copies what it needs of an event.
  func holds(_ piece: UnsafePointer<PieceTimeline.Contents>) -> Bool { false }
}
