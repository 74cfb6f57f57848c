import Foundation

/// Renders a whole piece with the sine synthesizer, block by block: nothing longer than a block is held.
public struct PieceRenderer: ~Copyable {
  /// What comes after the last note's end.
  public enum Tail: Sendable, Hashable {
    /// So many seconds, in place of notes too where there are none.
    case seconds(Double)
    /// What still sounds: sound that reaches the other ear later, and the room.
    case automatic
  }

  /// The longest piece in seconds.
  public static let longestSeconds = 86_400.0
  /// The most memory the voices of a piece may take, in bytes.
  static let largestMemory = 1 << 30

  /// Frames of the whole piece.
  public let frameCount: Int
  /// Frames rendered so far.
  public private(set) var frame = 0

  private struct Event {
    var start: Int
    var instrument: Int
    var event: SineEvent
  }

  private var synthesizer: PieceSynthesizer
  private var reverb: Reverb
  private let hasRoom: Bool
  private let events: [Event]
  private var nextEvent = 0

  /// The notes of a piece.
  ///
  /// - Parameters:
  ///   - timbres: By name; a part whose timbre is not among them has the standard one.
  ///   - sampleRate: Frames per second.
  ///   - tail: What comes after the last note.
  ///   - parts: The parts to be heard; nil for all. The length is the whole piece's.
  ///   - room: How loud the room is that it sounds in, 0...1; 0 for none.
  /// - Throws: `SynthesisError` if the piece lasts longer than a day or needs too many voices at once.
  public init(
    _ piece: Piece, timbres: [String: Timbre] = [:], sampleRate: Double, tail: Tail = .seconds(2),
    parts: Set<Int>? = nil, room: Double = 0
  ) throws(SynthesisError) {
    let notes = piece.notes
    let end = notes.reduce(0) { max($0, $1.onsetSeconds + $1.durationSeconds) }
    var trailing = 0.0
    if case .seconds(let seconds) = tail { trailing = seconds }
    guard end + trailing <= Self.longestSeconds else {
      throw SynthesisError(reason: "the piece would last \(end) s; allowed: up to \(Self.longestSeconds) s")
    }
    let instruments = PieceInstruments(piece, timbres: timbres, sampleRate: sampleRate)
    let all = notes.map { note in
      (
        note.part,
        Event(
          start: SineEvent.frames(seconds: note.onsetSeconds, sampleRate: sampleRate),
          instrument: instruments.ofPart[note.part],
          event: SineEvent(note: note, of: piece.parts[note.part], sampleRate: sampleRate))
      )
    }
    let events = all.filter { parts?.contains($0.0) ?? true }.map(\.1)
    let voices = try Self.voices(events, instruments.instruments)
    switch tail {
    case .seconds: frameCount = SineEvent.frames(seconds: end + trailing, sampleRate: sampleRate)
    case .automatic:
      let delay = Int((SineInstrument.longestChannelDelay * sampleRate).rounded(.up))
      frameCount =
        all.reduce(0) { most, event in
          let isBeside = event.1.event.location != 0
          return max(most, event.1.start + event.1.event.frameCount + (isBeside ? delay : 0))
        } + (room > 0 ? Int(Reverb.decaySeconds * sampleRate) : 0)
    }
    self.events = events
    hasRoom = room > 0
    reverb = Reverb(amount: room, sampleRate: sampleRate)
    synthesizer = instruments.synthesizer(voices: voices)
  }

  /// The voices that every instrument needs at once.
  private static func voices(_ events: [Event], _ instruments: [SineInstrument]) throws(SynthesisError) -> [Int] {
    var voices: [Int] = []
    var memory = 0
    for (index, instrument) in instruments.enumerated() {
      let delay = Int((SineInstrument.longestChannelDelay * instrument.sampleRate).rounded(.up))
      let own = events.filter { $0.instrument == index }
      let count = max(1, polyphony(own.map { ($0.start, $0.start + $0.event.frameCount + delay) }))
      voices.append(count)
      if count <= 100_000 { memory += SineSynthesizer.memoryBytes(instrument: instrument, voiceLimit: count) }
      guard count <= 100_000, memory <= largestMemory else {
        throw SynthesisError(
          reason: "\(count) notes sound at once, more than memory is allowed for; allowed: longer steps")
      }
    }
    return voices
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
        let event = events[nextEvent]
        synthesizer.noteOn(event.event, instrument: event.instrument, afterFrames: event.start - frame)
        nextEvent += 1
      }
      synthesizer.render(left: left + done, right: right + done, frameCount: span)
      if hasRoom { reverb.process(left: left + done, right: right + done, frameCount: span) }
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
