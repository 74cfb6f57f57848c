import Core
import Foundation
import Glibc
import Testing

@testable import Daemon

/// Threads before and behind all others.
@Suite(.timeLimit(.minutes(1))) struct ThreadPriorityTests {
  private struct Standing: Sendable, Equatable {
    var policy: Int32
    var niceness: Int32
    static var own: Standing {
      Standing(policy: sched_getscheduler(0), niceness: getpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0))
    }
  }

  /// How a thread stands that the calling one starts.
  private static func child() -> Standing {
    let done = DispatchSemaphore(value: 0)
    let found = Box()
    guard
      SystemThread.start({
        found.standing = .own
        done.signal()
      })
    else { return .own }
    done.wait()
    return found.standing
  }

  /// - Note: `@unchecked Sendable`: it is read after it was written.
  private final class Box: @unchecked Sendable { var standing = Standing(policy: -1, niceness: 0) }

  /// Or whatever a melody has to be answered for would go before all others.
  @Test func whatTheFirstStartsIsOrdinary() async {
    let first = WorkThread(name: "first", priority: .first)
    let child = await first.perform { Self.child() }
    #expect(child.policy == SCHED_OTHER && child.niceness >= 0)
  }

  @Test func theLastAndWhatItStartsWait() async {
    let before = Standing.own.niceness
    let last = WorkThread(name: "last", priority: .last)
    let (own, child) = await last.perform { (Standing.own, Self.child()) }
    #expect(own.niceness == min(19, before + 10) && child.niceness == own.niceness)
  }

  /// Who practises the melody before the last has nothing to say any more.
  @Test func onlyTheLastMelodyIsPractised() async throws {
    let phrase = try PhraseQuantizer.Phrase(text: "D4:2 F4:2 E4:2 D4:2 G4:4 F4:4")
    let answer = try PhraseAnswer(phrase, kind: .counterpoint, seed: 1)
    let room = AnswerPracticeRoom()
    await room.begin(answer, number: 2)
    await room.begin(answer, number: 1)
    #expect(await room.improve(1) == nil)
    for _ in 0..<3 {
      guard let better = await room.improve(2) else { continue }
      #expect(better.score.total > answer.piece.score.total)
    }
    await room.end(2)
    #expect(await room.improve(2) == nil)
  }
}
