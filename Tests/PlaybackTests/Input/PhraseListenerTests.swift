#if Playback
  import Core
  import Foundation
  import Synchronization
  import Testing

  @testable import Playback

  /// Phrases by the clock on the wall.
  @Suite(.timeLimit(.minutes(1))) struct PhraseListenerTests {
    private final class Phrases: Sendable {
      private let heard = Mutex<[PhraseListener.Heard]>([])
      var all: [PhraseListener.Heard] { heard.withLock { $0 } }
      func append(_ phrase: PhraseListener.Heard) { heard.withLock { $0.append(phrase) } }
    }

    private func listener(_ phrases: Phrases, gate: Gate? = nil) throws -> PhraseListener {
      let playback = try Configuration(text: "playback: {answer: {kind: counterpoint}}", file: "x").playback
      return PhraseListener(playback) { heard in
        while gate?.isOpen == false { try? await Task.sleep(for: .milliseconds(5)) }
        phrases.append(heard)
      }
    }

    private final class Gate: Sendable {
      private let state = Mutex(false)
      var isOpen: Bool { state.withLock { $0 } }
      func open() { state.withLock { $0 = true } }
    }

    /// Quarter notes at 120 a minute, which have been played by now.
    private func play(_ listener: PhraseListener, _ keys: [Int]) async {
      let end = Double(PhraseListener.now) * 1e-9
      for (index, key) in keys.enumerated() {
        let begin = end - 0.5 * Double(keys.count - index)
        await listener.take(.note(key: key, velocity: 80, seconds: begin, quarters: nil))
        await listener.take(.note(key: key, velocity: 0, seconds: begin + 0.45, quarters: nil))
      }
    }

    @Test func aPedalMakesItClearAtOnce() async throws {
      let phrases = Phrases()
      let listener = try listener(phrases)
      await play(listener, [60, 62, 64, 65])
      let before = PhraseListener.now
      await listener.take(.pedal(seconds: Double(before) * 1e-9, quarters: nil))
      try #require(await becomes { phrases.all.count == 1 })
      let heard = phrases.all[0]
      #expect(heard.clear >= before && heard.clear <= PhraseListener.now)
      #expect(try heard.phrase.get().melodyText == "C4:2 D4:2 E4:2 F4:2")
      // The first bar line after that.
      let line = try #require(heard.barLine(after: heard.clear))
      #expect(line > heard.clear && line <= heard.clear + heard.bar)
      #expect((line - heard.beginning) % heard.bar == 0)
    }

    /// A rest is over when it is over, however late that is noticed.
    @Test func aRestMakesItClearWhenItIsOver() async throws {
      let phrases = Phrases()
      let listener = try listener(phrases)
      let before = PhraseListener.now
      await play(listener, [60, 62, 64, 65])
      let after = PhraseListener.now
      try #require(await becomes { phrases.all.count == 1 })
      let heard = phrases.all[0]
      // A bar after the last key was let go.
      #expect(heard.clear - before > 1_900_000_000 && heard.clear - after < 2_100_000_000)
      #expect(heard.clear <= PhraseListener.now)
    }

    /// Who takes long to answer keeps nobody from playing on.
    @Test func whoAnswersIsNotWaitedFor() async throws {
      let phrases = Phrases()
      let gate = Gate()
      let listener = try listener(phrases, gate: gate)
      for count in [3, 4] {
        await play(listener, Array([60, 62, 64, 65].prefix(count)))
        await listener.take(.pedal(seconds: Double(PhraseListener.now) * 1e-9, quarters: nil))
      }
      #expect(phrases.all.isEmpty)
      gate.open()
      try #require(await becomes { phrases.all.count == 2 })
      #expect(Set(try phrases.all.map { try $0.phrase.get().notes.count }) == [3, 4])
    }
  }
#endif
