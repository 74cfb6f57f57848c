internal import Core

/// Renders pieces to samples with the very loop and engine that play live.
enum OfflineRenderer {
  /// Two channels of equal length.
  struct Sound: Sendable {
    /// Samples, full scale 1.
    var left: [Float] = []
    /// Samples, full scale 1.
    var right: [Float] = []
  }

  /// The pieces one after another on their step grid, with the last one's tail.
  ///
  /// - Parameters:
  ///   - pieces: In order.
  ///   - engine: Fresh: it must not have rendered anything.
  ///   - volume: Gain, 0...1.
  ///   - blockFrames: Frames rendered at once; it has no influence on the samples.
  ///   - longestSeconds: Where it is cut.
  static func render(
    _ pieces: [Piece], with engine: any SoundEngine, volume: Double = 1, blockFrames: Int = 1024,
    longestSeconds: Double = .infinity
  ) -> Sound {
    let loop = RenderLoop(engine: engine, volume: Float(volume))
    let timelines = pieces.map { engine.timeline(of: $0) }
    var sound = Sound()
    var left = [Float](repeating: 0, count: blockFrames)
    var right = left
    var sentCount = 0
    var returnedCount = 0
    var isOver = pieces.isEmpty
    while !isOver, Double(sound.left.count) < longestSeconds * Double(engine.sampleRate) {
      while sentCount < timelines.count, sentCount - returnedCount < RenderLoop.waitingCapacity,
        loop.commands.push(RenderMessage(kind: .play, piece: timelines[sentCount].contents))
      { sentCount += 1 }
      loop.takeCommands()
      left.withUnsafeMutableBufferPointer { left in
        right.withUnsafeMutableBufferPointer { right in
          guard let left = left.baseAddress, let right = right.baseAddress else { return }
          loop.render(left: left, right: right, frameCount: blockFrames)
        }
      }
      sound.left += left
      sound.right += right
      while let report = loop.reports.pop() {
        if report.kind == .returned { returnedCount += 1 }
        if report.kind == .idle { isOver = true }
      }
    }
    withExtendedLifetime(timelines) {}
    // The limiter's look-ahead is no part of the music.
    sound.left.removeFirst(min(loop.limiterFrames, sound.left.count))
    sound.right.removeFirst(min(loop.limiterFrames, sound.right.count))
    return sound
  }
}
