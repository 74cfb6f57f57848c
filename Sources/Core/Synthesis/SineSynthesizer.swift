/// The sine synthesizer: a pool of voices that renders blocks without allocating or locking.
///
/// The live engine and the file writer drive the same code: events come with the frame they begin at, counted from the
/// next frame to be rendered, and the samples do not depend on how rendering is cut into blocks. Samples are not
/// limited: many notes at a high volume go beyond 1 (see `Limiter`).
///
/// Thread rule: one thread at a time; `init` and `deinit` belong to the control side.
public struct SineSynthesizer: ~Copyable {
  /// Frames of a fade that frees a voice for another note.
  static var stealFadeFrames: Int { @_noLocks get { 256 } }
  /// Frames that are added up at a time.
  private static var blockFrames: Int { @_noLocks get { 512 } }

  /// The most notes that sound at once before the oldest is faded out for a new one.
  public let voiceLimit: Int
  /// Notes that were ended early because there were more than `voiceLimit`.
  public private(set) var stolenCount = 0
  /// Notes that sound, wait for their first frame, or fade out.
  public private(set) var activeCount = 0

  /// How many of them fade out.
  private var fadingCount = 0

  private let program: SineProgram
  private let slotCount: Int
  private let voices: UnsafeMutablePointer<Voice>
  /// The slots in use, in the order of their events, then the free ones.
  private let order: UnsafeMutablePointer<Int32>
  private let partialStates: UnsafeMutablePointer<PartialState>
  private let phasors: UnsafeMutablePointer<Phasor>
  private let samples: UnsafeMutablePointer<Double>
  /// Sums of a block: of the notes in the middle, and of those beside it.
  private let centreSum: UnsafeMutablePointer<Double>
  private let leftSum: UnsafeMutablePointer<Double>
  private let rightSum: UnsafeMutablePointer<Double>

  /// Bytes that a synthesizer with so many voices takes.
  public static func memoryBytes(instrument: SineInstrument, voiceLimit: Int) -> Int {
    let partials = instrument.partials.count
    let doubles =
      2 * SineInstrument.chunkFrames * (partials + 1) + 2 * instrument.windowFrames
      + 4 * (partials + instrument.effects.count)
    let bytes = 8 * doubles + partials * MemoryLayout<PartialState>.stride + MemoryLayout<Voice>.stride
    return bytes * (voiceLimit + reserve(voiceLimit))
  }

  /// Slots for notes that fade out while their successors sound.
  private static func reserve(_ voiceLimit: Int) -> Int { voiceLimit / 4 + 8 }

  /// A synthesizer for one instrument.
  ///
  /// - Precondition: `voiceLimit` lies in 1...100,000.
  public init(instrument: SineInstrument, voiceLimit: Int = 256) {
    precondition((1...100_000).contains(voiceLimit))
    let count = SineInstrument.chunkFrames
    let partials = instrument.partials.count
    let perChannel = partials + instrument.effects.count
    let perVoice = 2 * count * partials + 2 * (instrument.windowFrames + count)
    self.voiceLimit = voiceLimit
    program = SineProgram(instrument)
    slotCount = voiceLimit + Self.reserve(voiceLimit)
    voices = .allocate(capacity: slotCount)
    order = .allocate(capacity: slotCount)
    partialStates = .allocate(capacity: max(1, slotCount * partials))
    phasors = .allocate(capacity: max(1, slotCount * 2 * perChannel))
    samples = .allocate(capacity: slotCount * perVoice)
    samples.initialize(repeating: 0, count: slotCount * perVoice)
    centreSum = .allocate(capacity: Self.blockFrames)
    leftSum = .allocate(capacity: Self.blockFrames)
    rightSum = .allocate(capacity: Self.blockFrames)
    for slot in 0..<slotCount {
      let memory = samples + slot * perVoice
      let windows = memory + 2 * count * partials
      func channel(_ number: Int) -> VoiceChannel {
        let phases = phasors + (2 * slot + number) * perChannel
        let own = windows + number * (instrument.windowFrames + count)
        return VoiceChannel(
          oscillators: phases, modulators: phases + partials, windows: own, chunk: own + instrument.windowFrames)
      }
      (voices + slot).initialize(
        to: Voice(partials: partialStates + slot * partials, tables: memory, left: channel(0), right: channel(1)))
      (order + slot).initialize(to: Int32(slot))
    }
  }

  deinit {
    program.deallocate()
    voices.deallocate()
    order.deallocate()
    partialStates.deallocate()
    phasors.deallocate()
    samples.deallocate()
    centreSum.deallocate()
    leftSum.deallocate()
    rightSum.deallocate()
  }

  /// Begins a note `afterFrames` frames after the next frame that `render` makes (0: with it).
  ///
  /// Notes add up in the order of these calls.
  @_noLocks
  public mutating func noteOn(_ event: SineEvent, afterFrames: Int) {
    if activeCount - fadingCount >= voiceLimit { steal() }
    if activeCount == slotCount { free(0) }
    let slot = Int(order[activeCount])
    activeCount += 1
    // Not `voices[slot].start(...)`: under the thread sanitizer the compiler makes invalid code of that (Swift 6.3.1).
    let voice = voices + slot
    voice.pointee.start(event, afterFrames: afterFrames, program: program)
  }

  /// Lets everything that sounds fade out over `frames` frames, at least 1; what has not begun is dropped.
  @_noLocks
  public mutating func fadeOut(frames: Int) {
    var index = 0
    while index < activeCount {
      let slot = Int(order[index])
      if voices[slot].framesToWait > 0 {
        free(index)
        continue
      }
      if voices[slot].fadeFrames == 0 { fade(slot, frames: frames) }
      index += 1
    }
  }

  /// Silence at once.
  @_noLocks
  public mutating func reset() {
    activeCount = 0
    fadingCount = 0
  }

  /// Renders the next `frameCount` frames of both channels, replacing what is there.
  @_noLocks
  public mutating func render(
    left: UnsafeMutablePointer<Float>, right: UnsafeMutablePointer<Float>, frameCount: Int
  ) {
    var done = 0
    while done < frameCount {
      let count = frameCount - done < Self.blockFrames ? frameCount - done : Self.blockFrames
      if renderBlock(count) {
        for frame in 0..<count {
          left[done + frame] = Float(centreSum[frame] + leftSum[frame])
          right[done + frame] = Float(centreSum[frame] + rightSum[frame])
        }
      } else {
        for frame in 0..<count { left[done + frame] = Float(centreSum[frame]) }
        for frame in 0..<count { right[done + frame] = left[done + frame] }
      }
      done += count
    }
  }

  /// Adds up a block. Returns whether a note beside the middle is among the notes.
  @_noLocks
  private mutating func renderBlock(_ count: Int) -> Bool {
    for frame in 0..<count { centreSum[frame] = 0 }
    var hasSides = false
    for index in 0..<activeCount where voices[Int(order[index])].isStereo { hasSides = true }
    if hasSides {
      for frame in 0..<count {
        leftSum[frame] = 0
        rightSum[frame] = 0
      }
    }
    var index = 0
    while index < activeCount {
      let slot = Int(order[index])
      if add(slot, count: count) { index += 1 } else { free(index) }
    }
    return hasSides
  }

  /// Adds up to `count` frames of a voice. Returns whether it has more to say afterwards.
  @_noLocks
  private func add(_ slot: Int, count: Int) -> Bool {
    let chunkFrames = SineInstrument.chunkFrames
    var frame = voices[slot].framesToWait
    if frame >= count {
      voices[slot].framesToWait -= count
      return true
    }
    voices[slot].framesToWait = 0
    while frame < count {
      while voices[slot].nextChunk * chunkFrames <= voices[slot].frame { voices[slot].renderChunk(program) }
      let position = voices[slot].frame % chunkFrames
      var run = count - frame
      if run > chunkFrames - position { run = chunkFrames - position }
      if run > voices[slot].frameCount - voices[slot].frame { run = voices[slot].frameCount - voices[slot].frame }
      if voices[slot].fadeFrames > 0 {
        if run > voices[slot].fadeLeft { run = voices[slot].fadeLeft }
        fadeChunk(slot, position: position, run: run)
      }
      if voices[slot].isStereo {
        let (left, right) = (voices[slot].left, voices[slot].right)
        for j in 0..<run {
          leftSum[frame + j] += left.gain * left.chunk[position + j]
          rightSum[frame + j] += right.gain * right.chunk[position + j]
        }
      } else {
        let chunk = voices[slot].left.chunk + position
        for j in 0..<run { centreSum[frame + j] += chunk[j] }
      }
      frame += run
      voices[slot].frame += run
      let isFaded = voices[slot].fadeFrames > 0 && voices[slot].fadeLeft == 0
      if isFaded || voices[slot].frame == voices[slot].frameCount { return false }
    }
    return true
  }

  /// Multiplies the part of the chunk that is heard next by the falling line of the fade.
  @_noLocks
  private func fadeChunk(_ slot: Int, position: Int, run: Int) {
    let total = Double(voices[slot].fadeFrames)
    let left = voices[slot].left.chunk + position
    let right = voices[slot].right.chunk + position
    for j in 0..<run {
      let gain = Double(voices[slot].fadeLeft - j) / total
      left[j] *= gain
      right[j] *= gain
    }
    voices[slot].fadeLeft -= run
  }

  @_noLocks
  private mutating func fade(_ slot: Int, frames: Int) {
    fadingCount += 1
    voices[slot].fadeFrames = frames > 1 ? frames : 1
    voices[slot].fadeLeft = voices[slot].fadeFrames
  }

  /// Lets the oldest note that is not fading yet fade out.
  @_noLocks
  private mutating func steal() {
    for index in 0..<activeCount {
      let slot = Int(order[index])
      if voices[slot].fadeFrames == 0 {
        if voices[slot].framesToWait > 0 { free(index) } else { fade(slot, frames: Self.stealFadeFrames) }
        stolenCount += 1
        return
      }
    }
  }

  /// Gives back the slot at a place of `order`; the others keep their order.
  @_noLocks
  private mutating func free(_ index: Int) {
    let slot = order[index]
    if voices[Int(slot)].fadeFrames > 0 { fadingCount -= 1 }
    activeCount -= 1
    for later in index..<activeCount { order[later] = order[later + 1] }
    order[activeCount] = slot
  }
}
