public import Core

/// Listens to what is played at the port `Input` and answers each phrase with music: collects the phrase, puts it on steps,
/// has it answered, and offers the answer to the player.
///
///     let answering = Answering(player: player, rest: .seconds(2), endKey: nil, notice: say) { phrase in ... }
///     await player.listenToInput { input in answering.hear(input) }
public final class Answering: Sendable {
  /// Composes an answer; runs beside the sound, on a thread of its own accord.
  public typealias Compose = @Sendable (PhraseQuantizer.Phrase) async throws -> [PlayerPiece]

  private let inputs: AsyncStream<PlayerInput?>.Continuation
  private let work: Task<Void, Never>

  /// - Parameters:
  ///   - player: Plays the answers.
  ///   - restSeconds: A phrase is over after so long without a key; while a master runs, after a bar of four quarters.
  ///   - endKey: A key that ends a phrase; nil for none.
  ///   - notice: Gets what a person should know, a line each.
  ///   - compose: Makes the answer.
  public init(
    player: Player, restSeconds: Double, endKey: Int?, notice: @escaping @Sendable (String) -> Void,
    compose: @escaping Compose
  ) {
    let (stream, inputs) = AsyncStream.makeStream(of: PlayerInput?.self, bufferingPolicy: .bufferingNewest(4096))
    self.inputs = inputs
    work = Task { [weak player] in
      var phrases = PlayedPhrases(restSeconds: restSeconds, endKey: endKey)
      var alarm: Task<Void, Never>?
      for await input in stream {
        alarm?.cancel()
        let over = input.map { phrases.take($0) } ?? phrases.wait()
        if let over {
          do {
            let phrase = try PhraseQuantizer.phrase(over.notes, clock: over.clock)
            phrase.remarks.forEach(notice)
            for piece in try await compose(phrase) { await player?.offer(piece) }
          } catch {
            notice("no answer: \(error)")
          }
        }
        if let seconds = phrases.secondsToWait {
          alarm = Task {
            try? await Task.sleep(for: .seconds(seconds))
            if !Task.isCancelled { inputs.yield(nil) }
          }
        }
      }
      alarm?.cancel()
    }
  }

  deinit { inputs.finish() }

  /// Somebody does something at the port.
  public func hear(_ input: PlayerInput) { inputs.yield(input) }

  /// No more phrases.
  public func end() { inputs.finish() }
}

/// Phrases of a player at a keyboard: in seconds, or in the quarter notes of the master that ran when they began.
struct PlayedPhrases {
  private let restSeconds: Double
  private var collector: PhraseCollector
  private let endKey: Int?
  private var isInQuarters = false
  /// Seconds a quarter note, by the last two times of an event.
  private var quarterSeconds = 0.5
  private var last: (seconds: Double, quarters: Double?)?

  init(restSeconds: Double, endKey: Int?) {
    self.restSeconds = restSeconds
    self.endKey = endKey
    collector = PhraseCollector(rest: restSeconds, endKey: endKey)
  }

  /// A phrase that is over, and what its times are counted in.
  typealias Phrase = (notes: [PlayedNote], clock: PhraseQuantizer.Clock)

  /// Seconds until the phrase is over if nothing comes.
  var secondsToWait: Double? {
    guard let deadline = collector.deadline, let now = last.map({ isInQuarters ? $0.quarters ?? 0 : $0.seconds }) else {
      return nil
    }
    return max(0, deadline - now) * (isInQuarters ? quarterSeconds : 1)
  }

  /// Nothing came for so long.
  mutating func wait() -> Phrase? {
    guard let deadline = collector.deadline else { return nil }
    return finish(collector.advance(to: deadline))
  }

  mutating func take(_ input: PlayerInput) -> Phrase? {
    switch input {
    case .action: return nil
    case .pedal(let seconds, let quarters):
      return finish(collector.pedal(at: time(seconds, quarters)))
    case .note(let key, let velocity, let seconds, let quarters):
      if !collector.isPlaying, velocity > 0 { begin(quarters) }
      let time = time(seconds, quarters)
      return finish(collector.note(key: key, velocity: velocity, at: time))
    }
  }

  private mutating func begin(_ quarters: Double?) {
    isInQuarters = quarters != nil
    // A bar of a master's time.
    collector = PhraseCollector(rest: isInQuarters ? 4 : restSeconds, endKey: endKey)
  }

  /// The time of an event in the phrase's unit; a master that has stopped goes on at its tempo.
  private mutating func time(_ seconds: Double, _ quarters: Double?) -> Double {
    defer { last = (seconds, isInQuarters ? quarters ?? projected(seconds) : quarters) }
    if let last, let before = last.quarters, let quarters, quarters > before, seconds > last.seconds {
      quarterSeconds = min(4, max(0.1, (seconds - last.seconds) / (quarters - before)))
    }
    return isInQuarters ? quarters ?? projected(seconds) : seconds
  }

  private func projected(_ seconds: Double) -> Double {
    guard let last else { return 0 }
    return (last.quarters ?? 0) + max(0, seconds - last.seconds) / quarterSeconds
  }

  private func finish(_ notes: [PlayedNote]?) -> Phrase? {
    notes.map { ($0, isInQuarters ? .quarters(seconds: quarterSeconds) : .seconds) }
  }
}
