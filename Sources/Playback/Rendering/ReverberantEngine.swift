internal import Core

/// An engine in a room: whatever it renders is heard with `Reverb` behind it.
final class ReverberantEngine: SoundEngine {
  private let engine: any SoundEngine
  private var reverb: Reverb

  /// - Parameters:
  ///   - engine: Fresh: it must not have rendered anything.
  ///   - room: How loud the room is, 0...1.
  init(_ engine: any SoundEngine, room: Double) {
    self.engine = engine
    reverb = Reverb(amount: room, sampleRate: Double(engine.sampleRate))
  }

  var sampleRate: Int { engine.sampleRate }

  func timeline(of piece: Piece) -> PieceTimeline { engine.timeline(of: piece) }

  func apply(_ event: RenderEvent, of piece: UnsafePointer<PieceTimeline.Contents>) { engine.apply(event, of: piece) }

  func render(left: UnsafeMutablePointer<Float>, right: UnsafeMutablePointer<Float>, frameCount: Int) {
    engine.render(left: left, right: right, frameCount: frameCount)
    reverb.process(left: left, right: right, frameCount: frameCount)
  }

  func panic() {
    engine.panic()
    reverb.reset()
  }

  // The room's own tail is no voice: it is over when nothing is heard of it.
  var activeVoiceCount: Int { engine.activeVoiceCount }

  func holds(_ piece: UnsafePointer<PieceTimeline.Contents>) -> Bool { engine.holds(piece) }
}
