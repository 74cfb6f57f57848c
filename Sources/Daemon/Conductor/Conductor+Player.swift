public import Core

/// What is heard. Built without playback, the same calls do nothing.
extension Conductor {
  /// What a listener may want.
  public enum PlayerControl: Sendable, Hashable {
    /// Holds, or goes on.
    case pause(Bool)
    /// Ends this piece.
    case skip
    /// Goes on from another place of this piece, seconds from its beginning.
    case seek(Double)
    /// Silence: drops what waits.
    case stop
    /// Loudness, 0...1.
    case volume(Double)
    /// Parts, counted from 0, that are not heard from now on, in this piece and in others.
    case mute(Set<Int>)
    /// Plays a piece of the library next, without waiting for what is being heard.
    case play(Int64)
    /// What of the training is heard.
    case follow(PlaybackConfiguration.Follow)
    /// What it is heard through, and what makes the sound.
    case sound(SoundChange)
  }

  /// Another device, synthesizer or soundfont; what is nil stays.
  public struct SoundChange: Sendable, Hashable {
    /// What it is heard through.
    public var target: PlaybackTarget?
    /// What makes the sound.
    public var synthesizer: PlaybackConfiguration.Synthesizer?
    /// The soundfont: nil to leave it, `.found` for one that is looked for.
    public var soundfont: Soundfont?

    /// Which soundfont.
    public enum Soundfont: Sendable, Hashable {
      /// One that is looked for.
      case found
      /// The one of this path.
      case path(String)
    }

    /// Nothing changes.
    public init() {}
  }

  /// Does what the listener wants; until the next reload of the configuration.
  ///
  /// - Returns: what is heard then; nil if nothing can be heard.
  /// - Throws: `FileError` or `DataError` if a piece cannot be read, the database's errors, `SoundError` if another
  ///   sound cannot be had: the one there is stays then.
  @discardableResult
  public func control(_ control: PlayerControl) async throws -> PlayerState? { try await sound.control(control) }

  /// What is heard through.
  public func device() async -> DeviceState { await sound.device() }

  /// What is heard, with its roll; nil if nothing can be heard.
  public func playerState() async -> PlayerState? { await sound.state() }

  #if Playback
    /// Opens players in another way from now on.
    func use(_ opening: SoundOpening) async { await sound.use(opening) }
  #endif
}
