internal import CRealtime
public import Core

/// Hears what is played, and says when a phrase is over: `PhraseReader` with a clock.
///
///     let listener = PhraseListener(configuration.playback) { heard in ... }
///     await player.listenToInput { input in Task { await listener.take(input) } }
public actor PhraseListener {
  /// A phrase, or why there is none.
  public struct Heard: Sendable {
    /// The phrase on steps, or one sentence.
    public var phrase: Result<PhraseQuantizer.Phrase, PhraseQuantizer.Refusal>
    /// When its first bar began, nanoseconds of the monotonic clock.
    public var beginning: Int64
    /// Nanoseconds a bar lasts.
    public var bar: Int64
    /// When it was clear that it is over, nanoseconds of the monotonic clock.
    public var clear: Int64

    /// The first bar line after a moment of the monotonic clock; nil without bars.
    public func barLine(after nanoseconds: Int64) -> Int64? {
      guard bar > 0 else { return nil }
      return beginning + max(0, (nanoseconds - beginning) / bar + 1) * bar
    }
  }

  /// The monotonic clock's nanoseconds.
  public static var now: Int64 { rt_monotonic_nanoseconds() }
  /// What a player and its device need from an answer until its first sound, nanoseconds.
  public static let handover: Int64 = 200_000_000

  private var reader: PhraseReader
  private let heard: @Sendable (Heard) async -> Void
  /// What the monotonic clock is ahead of the notes' clock: the least that was seen, because events may be late.
  private var offset: Int64?
  private var timer: Task<Void, Never>?

  /// Nothing has been played.
  ///
  /// - Parameter heard: gets every phrase that is over.
  public init(_ configuration: PlaybackConfiguration, heard: @escaping @Sendable (Heard) async -> Void) {
    reader = PhraseReader(configuration.answer, meter: configuration.meter)
    self.heard = heard
  }

  /// Something is done at the port.
  public func take(_ input: PlayerInput) async {
    switch input {
    case .note(_, _, let seconds, _), .pedal(let seconds, _):
      let ahead = rt_monotonic_nanoseconds() - Self.nanoseconds(seconds)
      // A clock that was stopped and started again is another one.
      if let known = offset, abs(ahead - known) < 500_000_000 { offset = min(known, ahead) } else { offset = ahead }
    default: return
    }
    let over = reader.take(input)
    timer?.cancel()
    if let over { tell(over, clear: rt_monotonic_nanoseconds()) }
    guard let deadline = reader.deadline, let offset else { return }
    let wait = Self.nanoseconds(deadline) + offset - rt_monotonic_nanoseconds()
    timer = Task { [weak self] in
      try? await Task.sleep(for: .nanoseconds(max(0, wait)))
      if !Task.isCancelled { await self?.timeIsUp(deadline) }
    }
  }

  private func timeIsUp(_ deadline: Double) {
    let clear = Self.nanoseconds(deadline) + (offset ?? 0)
    if let over = reader.advance(to: deadline) { tell(over, clear: clear) }
  }

  /// Who answers is not waited for: others play on.
  private func tell(_ played: PhraseReader.Played, clear: Int64) {
    let phrase = Heard(
      phrase: played.phrase, beginning: Self.nanoseconds(played.beginning) + (offset ?? 0),
      bar: Self.nanoseconds(played.barSeconds), clear: clear)
    Task { [heard] in await heard(phrase) }
  }

  private static func nanoseconds(_ seconds: Double) -> Int64 { Int64(max(-9e18, min(9e18, seconds * 1e9))) }
}
