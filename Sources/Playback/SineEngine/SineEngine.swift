internal import Core

/// The sine synthesizer of `Core`, live: the samples are those of the exported WAV.
///
/// Every piece has a synthesizer of its own, made on the control side with as many voices as the piece needs at once, so
/// no note is ever stolen and pieces with different timbres may overlap. The audio side adds up those that sound.
final class SineEngine: SoundEngine {
  let sampleRate: Int
  private let timbres: [String: Timbre]
  private let maximumVoices: Int

  /// Synthesizers that sound: the current piece's and those whose tails ring.
  private let sounding: UnsafeMutableBufferPointer<UnsafeMutablePointer<PieceSynthesizer>?>
  private var soundingCount = 0
  private let scratch: UnsafeMutablePointer<Float>
  private static let scratchFrames = 512

  /// A piece's synthesizer at a fixed address.
  private final class Owner: @unchecked Sendable {
    // Unchecked: made and freed by the control side, used by the audio side only in between.
    let synthesizer: UnsafeMutablePointer<PieceSynthesizer>

    init(_ new: consuming PieceSynthesizer) {
      synthesizer = .allocate(capacity: 1)
      synthesizer.initialize(to: new)
    }

    deinit {
      synthesizer.deinitialize(count: 1)
      synthesizer.deallocate()
    }
  }

  /// - Parameters:
  ///   - sampleRate: Frames per second.
  ///   - timbres: By name; a name that is not there sounds as `Timbre.standard`.
  ///   - maximumVoices: More notes than that at once fade out the oldest.
  init(sampleRate: Int, timbres: [String: Timbre] = [:], maximumVoices: Int = 1024) {
    self.sampleRate = sampleRate
    self.timbres = timbres
    self.maximumVoices = maximumVoices
    sounding = .allocate(capacity: 64)
    sounding.initialize(repeating: nil)
    scratch = .allocate(capacity: 2 * Self.scratchFrames)
    scratch.initialize(repeating: 0, count: 2 * Self.scratchFrames)
  }

  deinit {
    sounding.deallocate()
    scratch.deallocate()
  }

  // MARK: Control side

  func timeline(of piece: Piece) -> PieceTimeline {
    let rate = Double(sampleRate)
    let instruments = PieceInstruments(piece, timbres: timbres, sampleRate: rate)
    let notes = piece.notes
    // Onsets are rounded up as the files have them.
    let events = notes.map { note in
      let part = piece.parts[note.part]
      return RenderEvent(
        frame: Int64(SineEvent.frames(seconds: note.onsetSeconds, sampleRate: rate)), kind: .noteOn,
        channel: UInt8(clamping: instruments.ofPart[note.part]), frequency: note.pitch.frequency,
        durationSeconds: note.durationSeconds, volume: part.volume.value * note.gain, location: part.location.value,
        part: UInt8(clamping: note.part))
    }
    let voices = instruments.instruments.indices.map { index in
      min(maximumVoices, polyphony(of: notes.filter { instruments.ofPart[$0.part] == index }))
    }
    let owner = Owner(instruments.synthesizer(voices: voices))
    return PieceTimeline(
      events: events, frameCount: Int64(SineEvent.frames(seconds: piece.seconds, sampleRate: rate)),
      patches: UnsafeMutableRawPointer(owner.synthesizer), owner: owner)
  }

  /// An upper bound of the notes that sound at once, each a little longer than it is: for what reaches the other ear
  /// later, and for rounding.
  private func polyphony(of notes: [Note]) -> Int {
    let starts = notes.map(\.onsetSeconds).sorted()
    let ends = notes.map { $0.onsetSeconds + $0.durationSeconds + 0.025 }.sorted()
    var (most, ended) = (0, 0)
    for (begun, start) in starts.enumerated() {
      while ended < ends.count, ends[ended] <= start { ended += 1 }
      most = max(most, begun + 1 - ended)
    }
    return max(8, most)
  }

  // MARK: Audio side

  func apply(_ event: RenderEvent, of piece: UnsafePointer<PieceTimeline.Contents>) {
    guard event.kind == .noteOn, let patches = piece.pointee.patches else { return }
    let synthesizer = patches.assumingMemoryBound(to: PieceSynthesizer.self)
    synthesizer.pointee.noteOn(
      SineEvent(
        frequency: event.frequency, volume: event.volume, location: event.location,
        durationSeconds: event.durationSeconds, sampleRate: Double(sampleRate)), instrument: Int(event.channel),
      afterFrames: 0)
    for index in 0..<soundingCount where sounding[index] == synthesizer { return }
    if soundingCount == sounding.count { removeFirst() }
    sounding[soundingCount] = synthesizer
    soundingCount += 1
  }

  /// Only pieces of less than a millisecond could crowd the list; then the oldest tail goes.
  private func removeFirst() {
    sounding[0]?.pointee.reset()
    for index in 1..<soundingCount { sounding[index - 1] = sounding[index] }
    soundingCount -= 1
  }

  func render(left: UnsafeMutablePointer<Float>, right: UnsafeMutablePointer<Float>, frameCount: Int) {
    guard soundingCount > 0, let first = sounding[0] else {
      left.update(repeating: 0, count: frameCount)
      right.update(repeating: 0, count: frameCount)
      return
    }
    first.pointee.render(left: left, right: right, frameCount: frameCount)
    for index in 1..<max(1, soundingCount) {
      guard let synthesizer = sounding[index] else { continue }
      var done = 0
      while done < frameCount {
        let count = min(Self.scratchFrames, frameCount - done)
        synthesizer.pointee.render(left: scratch, right: scratch + Self.scratchFrames, frameCount: count)
        for frame in 0..<count {
          left[done + frame] += scratch[frame]
          right[done + frame] += scratch[Self.scratchFrames + frame]
        }
        done += count
      }
    }
    dropSilent()
  }

  private func dropSilent() {
    var kept = 0
    for index in 0..<soundingCount {
      guard let synthesizer = sounding[index], synthesizer.pointee.activeCount > 0 else { continue }
      sounding[kept] = synthesizer
      kept += 1
    }
    soundingCount = kept
  }

  func panic() {
    for index in 0..<soundingCount { sounding[index]?.pointee.reset() }
    soundingCount = 0
  }

  var activeVoiceCount: Int {
    var count = 0
    for index in 0..<soundingCount { count += sounding[index]?.pointee.activeCount ?? 0 }
    return count
  }

  func holds(_ piece: UnsafePointer<PieceTimeline.Contents>) -> Bool {
    guard let patches = piece.pointee.patches else { return false }
    let synthesizer = patches.assumingMemoryBound(to: PieceSynthesizer.self)
    for index in 0..<soundingCount where sounding[index] == synthesizer { return true }
    return false
  }
}
