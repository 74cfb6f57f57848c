internal import Core
internal import Foundation
internal import Logging

/// Composes answers to melodies, whoever gives them: what is played to the port `Input`, typed, or sent to the daemon.
///
/// On a thread of its own, before everybody else's: an answer is waited for. It is heard first and then written into the
/// library; of a counterpoint that is played over and over every better version is.
actor Answers {
  private let executor = ThreadExecutor(name: "answers", priority: 0)
  nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }
  private let library: PieceLibrary
  private let announcer: Announcer
  private let sound: Sound
  private let disk: DiskQueue
  private var current: PhraseAnswer?
  /// What the pieces answer that wait for the disk, in their order.
  private var unwritten: [(turn: Int, state: AnswerState)] = []
  private var turn = 0
  private var writing: Task<Int64?, Never>?
  /// Counts the melodies.
  private var number = 0

  /// Populations that a counterpoint learns from its melody while it is played; where nothing is heard, fewer.
  private static let (populations, unheardPopulations) = (60, 6)

  /// What is wanted beside the melody.
  struct Wish: Sendable {
    var kind: PlaybackConfiguration.Answer.Kind
    var voices: Int
    var seed: UInt64
    /// When it may begin, given when it is ready; nil: at once.
    var barLine: (@Sendable () -> Int64?)?
  }

  init(library: PieceLibrary, announcer: Announcer, sound: Sound) {
    self.library = library
    self.announcer = announcer
    self.sound = sound
    disk = DiskQueue(library: library, trainer: Trainer(), announcer: announcer)
  }

  /// Composes, lets it be heard, writes it.
  ///
  /// - Throws: `Refusal`, in words.
  func answer(
    _ phrase: PhraseQuantizer.Phrase, _ wish: Wish, settings: DiskQueue.Settings
  ) async throws(PhraseQuantizer.Refusal) -> AnswerState {
    number += 1
    let own = number
    var state = AnswerState(
      kind: wish.kind.rawValue, melody: phrase.melodyText, tempo: (150 / phrase.stepSeconds).rounded() / 10)
    let answer: PhraseAnswer
    do {
      answer = try PhraseAnswer(phrase, kind: wish.kind, voices: wish.voices, seed: wish.seed)
    } catch {
      state.refusal = error.description
      announcer.events.send(.answer(state))
      announcer.log(.notice, "no answer: \(error)")
      throw error
    }
    current = answer
    await sound.answer(answer.piece, loops: answer.isLooped, notBefore: wish.barLine?())
    state.remarks = answer.remarks
    state.piece = await write(answer.piece, state, settings)
    announcer.events.send(.answer(state))
    for remark in state.remarks { announcer.log(.notice, remark) }
    if answer.isLooped { Task { await improve(own, state, settings) } }
    return state
  }

  /// Says why there was no melody.
  func refuse(_ refusal: PhraseQuantizer.Refusal, kind: PlaybackConfiguration.Answer.Kind) {
    var state = AnswerState(kind: kind.rawValue, melody: "", tempo: 0)
    state.refusal = refusal.description
    announcer.events.send(.answer(state))
    announcer.log(.notice, "no answer: \(refusal)")
  }

  /// Learns from the melody as long as it is played.
  private func improve(_ own: Int, _ state: AnswerState, _ settings: DiskQueue.Settings) async {
    let isHeard = await sound.isLooping
    for _ in 0..<(isHeard ? Self.populations : Self.unheardPopulations) {
      if isHeard, !(await sound.isLooping) { break }
      guard own == number, let current else { break }
      if current.improve() {
        await sound.improve(current.piece)
        _ = await write(current.piece, state, settings)
      }
      // Others want to be answered, too.
      try? await Task.sleep(for: .milliseconds(isHeard ? 400 : 10))
    }
    if own == number { current = nil }
  }

  /// Writes when those before it have been written: who waits for the disk lets others in.
  ///
  /// - Returns: its number in the library; nil if the disk does not take it now.
  private func write(_ piece: Piece, _ state: AnswerState, _ settings: DiskQueue.Settings) async -> Int64? {
    disk.add(UnwrittenPiece(piece: piece, session: nil, weights: nil, time: Date()))
    turn += 1
    unwritten.append((turn, state))
    let (own, before) = (turn, writing)
    let task = Task {
      _ = await before?.value
      return await write(upTo: own, settings)
    }
    writing = task
    return await task.value
  }

  private func write(upTo turn: Int, _ settings: DiskQueue.Settings) async -> Int64? {
    var last: Int64?
    while let state = unwritten.first?.state, unwritten[0].turn <= turn {
      guard let (_, record) = await disk.writeNext(settings) else { return nil }
      unwritten.removeFirst()
      let (library, note) = (library, String("played: \(state.melody)".prefix(PieceRecord.noteLength)))
      let labelled = await announcer.attempt {
        try await library.label(record.id, tags: ["answer", state.kind], note: note)
      }
      if let labelled, let labelled { announcer.events.send(.pieceChanged(labelled)) }
      last = record.id
    }
    await disk.makeRoom(settings)
    return last
  }
}
