public import Core

/// Where a counterpoint becomes better while it is played: on a thread behind everybody else's, so that the next melody
/// need not wait for it.
public actor AnswerPracticeRoom {
  private let executor = ThreadExecutor(name: "practice", priority: .last)
  /// The thread's.
  public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }
  private var practice: AnswerPractice?
  /// The melody that is practised.
  private var number = 0

  /// Nothing is practised.
  public init() {}

  /// Practises an answer, and no other any more.
  ///
  /// - Parameter number: of its melody; those that come later have higher ones.
  public func begin(_ answer: PhraseAnswer, number: Int) {
    guard number >= self.number else { return }
    self.number = number
    practice = answer.practice()
  }

  /// Learns for a while.
  ///
  /// - Returns: the answer if it is a better one now, and still the one that is practised.
  public func improve(_ number: Int) -> Piece? {
    guard number == self.number, let practice, practice.improve() else { return nil }
    return practice.piece
  }

  /// Frees what was practised.
  public func end(_ number: Int) {
    if number == self.number { practice = nil }
  }
}
