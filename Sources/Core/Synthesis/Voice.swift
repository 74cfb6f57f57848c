internal import CRealtime

/// A partial of a sounding note.
struct PartialState: BitwiseCopyable {
  var isSilent: Bool
  var turnsPerFrame: Double
  /// The phase by which a chunk goes on.
  var rotation: Phasor
  var ramps: EnvelopeRamps
}

/// One channel of a sounding note: the memory of its oscillators and effects, and the chunk that is being heard.
struct VoiceChannel: BitwiseCopyable {
  let oscillators: UnsafeMutablePointer<Phasor>
  let modulators: UnsafeMutablePointer<Phasor>
  let windows: UnsafeMutablePointer<Double>
  let chunk: UnsafeMutablePointer<Double>
  /// Frames by which the wave comes later than the event.
  var delay = 0
  var gain = 1.0
}

/// A note that sounds. All its memory is the synthesizer's; starting it allocates nothing.
struct Voice: BitwiseCopyable {
  let partials: UnsafeMutablePointer<PartialState>
  /// A table for `Oscillator.fillSine` a partial.
  let tables: UnsafeMutablePointer<Double>
  var left: VoiceChannel
  var right: VoiceChannel
  var isStereo = false
  /// Frames until the first one is heard.
  var framesToWait = 0
  /// Frames of the wave, and of the sound with the delay between the channels.
  var waveFrames = 0
  var frameCount = 0
  /// The frame of the sound that is heard next, and the chunk that is made next (negative: oscillators running ahead).
  var frame = 0
  var nextChunk = 0
  /// A fade to silence: its length in frames (0: none) and what is left of it.
  var fadeFrames = 0
  var fadeLeft = 0

  /// Begins a note.
  @_noLocks
  mutating func start(_ event: SineEvent, afterFrames: Int, program: SineProgram) {
    let count = SineInstrument.chunkFrames
    let distance = event.location < 0 ? -event.location : event.location
    let delay = Int(rt_ceil(0.02 * distance * program.sampleRate))
    isStereo = event.location != 0
    left.delay = event.location >= 0 ? delay : 0
    right.delay = event.location >= 0 ? 0 : delay
    left.gain = 1 - event.location
    right.gain = 1 + event.location
    framesToWait = afterFrames
    waveFrames = event.frameCount
    frameCount = event.frameCount + delay
    frame = 0
    nextChunk = -((program.longestLead + count - 1) / count)
    fadeFrames = 0
    fadeLeft = 0
    for index in 0..<program.partialCount {
      let plan = program.partials[index]
      let frequency = plan.ratio * event.frequency
      let turns = frequency / program.sampleRate
      let isSilent = !(frequency > 0 && frequency < SineInstrument.highestFrequency)
      partials[index] = PartialState(
        isSilent: isSilent, turnsPerFrame: turns,
        rotation: Phasor(turns: isSilent ? 0 : turns * Double(count)),
        ramps: plan.envelope.ramps(
          frameCount: waveFrames, sampleRate: program.sampleRate, amplitude: event.volume * plan.share))
      if plan.waveform.isSine && !isSilent {
        Oscillator.fillTable(tables + 2 * count * index, turnsPerFrame: turns, count: count)
      }
    }
    startPhases(left, program: program)
    if isStereo { startPhases(right, program: program) }
  }

  @_noLocks
  private func startPhases(_ channel: VoiceChannel, program: SineProgram) {
    let first = nextChunk * SineInstrument.chunkFrames
    for index in 0..<program.groupCount {
      let group = program.groups[index]
      var frame = first + group.lead
      for partial in group.firstPartial..<group.endPartial where !partials[partial].isSilent {
        let turns = partials[partial].turnsPerFrame * Double(frame - channel.delay)
        channel.oscillators[partial] = Phasor(turns: turns)
      }
      for effect in group.firstEffect..<group.endEffect {
        frame -= program.effects[effect].pad
        channel.modulators[effect] = Phasor(turns: program.effects[effect].turnsPerFrame * Double(frame))
      }
    }
    var frame = first + eventLead(program)
    for effect in program.firstEventEffect..<program.effectCount {
      frame -= program.effects[effect].pad
      channel.modulators[effect] = Phasor(turns: program.effects[effect].turnsPerFrame * Double(frame))
    }
  }

  /// Frames by which the input of the event's effects runs ahead of what is heard.
  @_noLocks
  private func eventLead(_ program: SineProgram) -> Int {
    var lead = 0
    for effect in program.firstEventEffect..<program.effectCount { lead += program.effects[effect].pad }
    return lead
  }

  /// Makes the next chunk of both channels.
  @_noLocks
  mutating func renderChunk(_ program: SineProgram) {
    render(left, program: program)
    if isStereo { render(right, program: program) }
    nextChunk += 1
  }

  @_noLocks
  private func render(_ channel: VoiceChannel, program: SineProgram) {
    let count = SineInstrument.chunkFrames
    let chunk = channel.chunk
    for j in 0..<count { chunk[j] = 0 }
    for index in 0..<program.groupCount {
      let group = program.groups[index]
      var frame = nextChunk * count + group.lead
      if group.firstEffect == group.endEffect {
        addPartials(of: group, to: chunk, frame: frame - channel.delay, channel: channel, program: program)
        continue
      }
      let sum = program.sum
      for j in 0..<count { sum[j] = 0 }
      addPartials(of: group, to: sum, frame: frame - channel.delay, channel: channel, program: program)
      for effect in group.firstEffect..<group.endEffect {
        apply(effect, to: sum, frame: &frame, channel: channel, program: program)
      }
      for j in 0..<count { chunk[j] += sum[j] }
    }
    var frame = nextChunk * count + eventLead(program)
    for effect in program.firstEventEffect..<program.effectCount {
      apply(effect, to: chunk, frame: &frame, channel: channel, program: program)
    }
  }

  /// Adds a group's partials from frame `frame` of the wave on.
  @_noLocks
  private func addPartials(
    of group: SineInstrument.GroupPlan, to sum: UnsafeMutablePointer<Double>, frame: Int, channel: VoiceChannel,
    program: SineProgram
  ) {
    let count = SineInstrument.chunkFrames
    let start = frame < 0 ? (-frame < count ? -frame : count) : 0
    let end = waveFrames - frame < count ? waveFrames - frame : count
    for index in group.firstPartial..<group.endPartial where !partials[index].isSilent {
      let partial = partials[index]
      let waveform = program.partials[index].waveform
      var j = start
      while j < end {
        let (level, pieceEnd) = partial.ramps.piece(from: j, frame: frame)
        let next = pieceEnd < end ? pieceEnd : end
        if waveform.isSine {
          Oscillator.addSine(
            to: sum, from: j, to: next, level: level, phase: channel.oscillators[index],
            table: tables + 2 * count * index, count: count, numbers: program.numbers)
        } else {
          Oscillator.addStraight(
            to: sum, from: j, to: next, level: level, waveform: waveform, turns: partial.turnsPerFrame * Double(frame),
            turnsPerFrame: partial.turnsPerFrame, numbers: program.numbers)
        }
        j = next
      }
      if waveform.isSine { channel.oscillators[index].rotate(by: partial.rotation) }
    }
  }

  /// Applies an effect to a chunk that begins at `frame`; a vibrato moves `frame` back to where its output begins.
  @_noLocks
  private func apply(
    _ index: Int, to chunk: UnsafeMutablePointer<Double>, frame: inout Int, channel: VoiceChannel,
    program: SineProgram
  ) {
    let count = SineInstrument.chunkFrames
    let effect = program.effects[index]
    let inputFrame = frame
    frame -= effect.pad
    let wave = program.wave
    for j in 0..<count { wave[j] = 0 }
    let depth = Line(value: effect.depth, step: 0)
    if let table = effect.table {
      Oscillator.addSine(
        to: wave, from: 0, to: count, level: depth, phase: channel.modulators[index],
        table: program.modulatorTables + table, count: count, numbers: program.numbers)
      channel.modulators[index].rotate(by: effect.rotation)
    } else {
      Oscillator.addStraight(
        to: wave, from: 0, to: count, level: depth, waveform: effect.waveform,
        turns: effect.turnsPerFrame * Double(frame), turnsPerFrame: effect.turnsPerFrame, numbers: program.numbers)
    }
    if effect.isVibrato {
      EffectKernels.vibrato(
        chunk, wave: wave, window: channel.windows + effect.window, pad: effect.pad, inputFrame: inputFrame,
        frameCount: frameCount, count: count)
    } else {
      EffectKernels.tremolo(chunk, wave: wave, count: count)
    }
  }
}
