public import Core

/// A piece's sound, block by block, from the very engine and events that play live: `render --synth fluidsynth`.
public final class PieceSound {
  /// Frames there will be at most.
  public let longestFrameCount: Int

  private let loop: RenderLoop
  private let timeline: PieceTimeline
  private var isOver = false

  /// The sound of one piece with the synthesizer of a configuration, unlimited: peaks above 1 stay.
  ///
  /// - Parameters:
  ///   - configuration: Names synthesizer and soundfont.
  ///   - sampleRate: Frames per second.
  ///   - notice: Gets what a person should know, a line each.
  /// - Throws: `FileError` or `DataError` about a soundfont that was named.
  public init(
    _ piece: Piece, configuration: PlaybackConfiguration, sampleRate: Int, timbres: [String: Timbre] = [:],
    notice: @escaping @Sendable (String) -> Void
  ) throws {
    let engine = try Player.makeEngine(
      configuration, sampleRate: sampleRate, timbres: timbres, programs: piece.parts.map(\.program), notice: notice)
    loop = RenderLoop(engine: engine, volume: 1, isLimited: false)
    timeline = engine.timeline(of: piece)
    longestFrameCount = Int(timeline.contents.pointee.frameCount) + RenderLoop.longestTailSeconds * sampleRate
    _ = loop.commands.push(RenderMessage(kind: .play, piece: timeline.contents))
  }

  /// Renders the next block.
  ///
  /// - Returns: `frameCount`, or 0 once the last tail is over.
  public func render(
    left: UnsafeMutablePointer<Float>, right: UnsafeMutablePointer<Float>, frameCount: Int
  ) -> Int {
    if isOver { return 0 }
    loop.takeCommands()
    loop.render(left: left, right: right, frameCount: frameCount)
    while let report = loop.reports.pop() { if report.kind == .idle { isOver = true } }
    return frameCount
  }
}
