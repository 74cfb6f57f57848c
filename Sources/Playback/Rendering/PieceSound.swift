public import Core

/// A piece's sound, block by block, from the very engine and events that play live: `render --synth fluidsynth`.
public final class PieceSound {
  /// Frames there will be at most.
  public let longestFrameCount: Int

  private let loop: RenderLoop
  private let timeline: PieceTimeline
  private var isOver = false
  /// Frames that are still to come; nil where the sound's end says so.
  private var remaining: Int?

  /// The sound of one piece with the synthesizer of a configuration, unlimited: peaks above 1 stay.
  ///
  /// - Parameters:
  ///   - configuration: Names synthesizer and soundfont.
  ///   - sampleRate: Frames per second.
  ///   - tail: What comes after the last note's end.
  ///   - notice: Gets what a person should know, a line each.
  /// - Throws: `FileError` or `DataError` about a soundfont that was named.
  public init(
    _ piece: Piece, configuration: PlaybackConfiguration, sampleRate: Int, timbres: [String: Timbre] = [:],
    tail: PieceRenderer.Tail = .automatic,
    notice: @escaping @Sendable (String) -> Void
  ) throws {
    let engine = try Player.makeEngine(
      configuration, sampleRate: sampleRate, timbres: timbres, programs: piece.parts.map(\.program), notice: notice)
    loop = RenderLoop(engine: engine, volume: 1, isLimited: false)
    timeline = engine.timeline(of: piece)
    switch tail {
    case .automatic:
      longestFrameCount = Int(timeline.contents.pointee.frameCount) + RenderLoop.longestTailSeconds * sampleRate
    case .seconds(let seconds):
      let end = piece.notes.reduce(0) { max($0, $1.onsetSeconds + $1.durationSeconds) }
      longestFrameCount = Int(PieceTimeline.frame(end + seconds, at: sampleRate))
      remaining = longestFrameCount
    }
    _ = loop.commands.push(RenderMessage(kind: .play, piece: timeline.contents))
  }

  /// Renders the next block.
  ///
  /// - Returns: `frameCount`, less at the end of a tail of given length, or 0 once the last tail is over.
  public func render(
    left: UnsafeMutablePointer<Float>, right: UnsafeMutablePointer<Float>, frameCount: Int
  ) -> Int {
    let count = min(frameCount, remaining ?? frameCount)
    remaining? -= count
    if isOver || count == 0 {
      guard remaining != nil else { return 0 }
      left.update(repeating: 0, count: count)
      right.update(repeating: 0, count: count)
      return count
    }
    loop.takeCommands()
    loop.render(left: left, right: right, frameCount: count)
    while let report = loop.reports.pop() { if report.kind == .idle { isOver = true } }
    return count
  }
}
