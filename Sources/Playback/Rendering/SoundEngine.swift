internal import Core

/// Turns events into samples: the one thing a new instrument has to implement. A third engine is one folder beside
/// `SineEngine` and `FluidSynthEngine`.
///
/// An engine belongs to one audio thread. `timeline(of:)` is called on the control side, at any time, also while the
/// audio thread renders: it may allocate and must not touch what `apply` and `render` use. Everything else is called on
/// the audio thread only and may neither allocate nor lock nor wait (FluidSynth's OpenMP runtime is the documented
/// exception). The same events at the same frames give the same samples, however the rendering is cut into blocks.
protocol SoundEngine: AnyObject {
  /// Frames per second.
  var sampleRate: Int { get }

  /// Control side: the piece as events in order of frame.
  func timeline(of piece: Piece) -> PieceTimeline

  /// Audio side: does what the event says, before the next frame is rendered.
  func apply(_ event: RenderEvent, of piece: UnsafePointer<PieceTimeline.Contents>)

  /// Audio side: writes the next `frameCount` frames (not adds).
  func render(left: UnsafeMutablePointer<Float>, right: UnsafeMutablePointer<Float>, frameCount: Int)

  /// Audio side: silence at once, as if no note had ever sounded.
  func panic()

  /// Audio side: voices that still sound.
  var activeVoiceCount: Int { get }

  /// Audio side: whether a voice still reads what belongs to the piece. Until it says no, the piece's memory stays.
  func holds(_ piece: UnsafePointer<PieceTimeline.Contents>) -> Bool
}
