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
    case .note, .pedal: break
    default: return
    }
    let over = reader.take(input)
    timer?.cancel()
    if let over { tell(over, clear: rt_monotonic_nanoseconds()) }
    guard let deadline = reader.deadline else { return }
    let wait = Self.nanoseconds(deadline) - rt_monotonic_nanoseconds()
    timer = Task { [weak self] in
      try? await Task.sleep(for: .nanoseconds(max(0, wait)))
      if !Task.isCancelled { await self?.timeIsUp(deadline) }
    }
  }

  private func timeIsUp(_ deadline: Double) {
    if let over = reader.advance(to: deadline) { tell(over, clear: Self.nanoseconds(deadline)) }
  }

  /// Who answers is not waited for: others play on.
  private func tell(_ played: PhraseReader.Played, clear: Int64) {
    let phrase = Heard(
      phrase: played.phrase, beginning: Self.nanoseconds(played.beginning),
      bar: Self.nanoseconds(played.barSeconds), clear: clear)
    Task { [heard] in await heard(phrase) }
  }

  private static func nanoseconds(_ seconds: Double) -> Int64 { Int64(max(-9e18, min(9e18, seconds * 1e9))) }
}
