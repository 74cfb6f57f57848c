import Foundation

/// Renders a whole piece with the sine synthesizer, block by block: nothing longer than a block is held.
public struct PieceRenderer: ~Copyable {
  /// Seconds of silence after the last note's end, or in place of notes.
  public static let trailingSeconds = 2.0
  /// The longest piece in seconds.
  public static let longestSeconds = 86_400.0
  /// The most memory the voices of a piece may take, in bytes.
  static let largestMemory = 1 << 30

  /// Frames of the whole piece.
  public let frameCount: Int
  /// Frames rendered so far.
  public private(set) var frame = 0

  private var synthesizer: SineSynthesizer
  private let events: [(start: Int, event: SineEvent)]
  private var nextEvent = 0

  /// The notes of a piece.
  ///
  /// - Throws: `SynthesisError` if the piece lasts longer than a day or needs too many voices at once.
  public init(
    notes: [Note], settings: PerformanceSettings, instrument: SineInstrument
  ) throws(SynthesisError) {
    let schedule = try Self.schedule(notes, settings: settings, instrument: instrument)
    frameCount = schedule.frameCount
    events = schedule.events
    synthesizer = SineSynthesizer(instrument: instrument, voiceLimit: schedule.voiceCount)
  }

  private static func schedule(
    _ notes: [Note], settings: PerformanceSettings, instrument: SineInstrument
  ) throws(SynthesisError) -> (frameCount: Int, voiceCount: Int, events: [(start: Int, event: SineEvent)]) {
    let rate = instrument.sampleRate
    let end = notes.reduce(0) { max($0, $1.onsetSeconds + $1.durationSeconds) }
    guard end + trailingSeconds <= longestSeconds else {
      throw SynthesisError(reason: "the piece would last \(end) s; allowed: up to \(longestSeconds) s")
    }
    let events = notes.map { note in
      (
        start: SineEvent.frames(seconds: note.onsetSeconds, sampleRate: rate),
        event: SineEvent(note: note, settings: settings, sampleRate: rate)
      )
    }
    let delay = Int((SineInstrument.longestChannelDelay * rate).rounded(.up))
    let voiceCount = max(1, polyphony(events.map { ($0.start, $0.start + $0.event.frameCount + delay) }))
    guard voiceCount <= 100_000,
      SineSynthesizer.memoryBytes(instrument: instrument, voiceLimit: voiceCount) <= largestMemory
    else {
      throw SynthesisError(
        reason: "\(voiceCount) notes sound at once, more than memory is allowed for; allowed: longer steps")
    }
    return (SineEvent.frames(seconds: end + trailingSeconds, sampleRate: rate), voiceCount, events)
  }

  /// The most intervals [start, end) that overlap, in whole spans: a voice is taken up to a span before its note begins.
  private static func polyphony(_ intervals: [(start: Int, end: Int)]) -> Int {
    let starts = intervals.map { $0.start / spanFrames }.sorted()
    let ends = intervals.map { $0.end / spanFrames + 1 }.sorted()
    var most = 0
    var ended = 0
    for (begun, start) in starts.enumerated() {
      while ended < ends.count && ends[ended] <= start { ended += 1 }
      most = max(most, begun + 1 - ended)
    }
    return most
  }

  /// Frames for which notes are begun at a time.
  private static let spanFrames = 512

  /// The most frames `render` makes at a time.
  public static let blockFrames = 4096

  /// Renders the next block.
  ///
  /// - Parameters:
  ///   - left: room for `blockFrames` samples.
  ///   - right: room for `blockFrames` samples.
  /// - Returns: the number of frames made; 0 at the end.
  public mutating func render(left: UnsafeMutablePointer<Float>, right: UnsafeMutablePointer<Float>) -> Int {
    let count = min(Self.blockFrames, frameCount - frame)
    guard count > 0 else { return 0 }
    var done = 0
    while done < count {
      let span = min(Self.spanFrames, count - done)
      while nextEvent < events.count, events[nextEvent].start < frame + span {
        synthesizer.noteOn(events[nextEvent].event, afterFrames: events[nextEvent].start - frame)
        nextEvent += 1
      }
      synthesizer.render(left: left + done, right: right + done, frameCount: span)
      frame += span
      done += span
    }
    return count
  }
}

/// A piece that cannot be synthesized; the reason is one line.
public struct SynthesisError: Error, Hashable, CustomStringConvertible {
  /// What is wrong and what is allowed.
  public var reason: String

  /// An error with this reason.
  public init(reason: String) { self.reason = reason }

  /// The reason.
  public var description: String { reason }
}
