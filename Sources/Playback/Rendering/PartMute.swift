internal import Core
internal import Synchronization

/// An engine some of whose parts are silent: notes of theirs do not begin while they are muted; what sounds rings out.
final class PartMute: SoundEngine {
  private let engine: any SoundEngine
  /// A bit a part. Set by the control side at any time, read by the audio side at every note.
  private let muted = Atomic<UInt64>(0)

  init(_ engine: any SoundEngine) { self.engine = engine }

  /// Control side: which parts are silent from now on, counted from 0; those beyond 63 never are.
  func mute(_ parts: Set<Int>) {
    muted.store(parts.reduce(0) { (0..<64).contains($1) ? $0 | 1 << UInt64($1) : $0 }, ordering: .relaxed)
  }

  var sampleRate: Int { engine.sampleRate }

  func timeline(of piece: Piece) -> PieceTimeline { engine.timeline(of: piece) }

  func apply(_ event: RenderEvent, of piece: UnsafePointer<PieceTimeline.Contents>) {
    if event.kind == .noteOn, event.part < 64, muted.load(ordering: .relaxed) >> UInt64(event.part) & 1 == 1 { return }
    engine.apply(event, of: piece)
  }

  func render(left: UnsafeMutablePointer<Float>, right: UnsafeMutablePointer<Float>, frameCount: Int) {
    engine.render(left: left, right: right, frameCount: frameCount)
  }

  func panic() { engine.panic() }

  var activeVoiceCount: Int { engine.activeVoiceCount }

  func holds(_ piece: UnsafePointer<PieceTimeline.Contents>) -> Bool { engine.holds(piece) }
}
