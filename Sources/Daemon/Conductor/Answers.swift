internal import CRealtime
internal import Core
internal import Foundation
internal import Logging
internal import Synchronization

/// Composes answers to melodies, whoever gives them: what is played to the port `Input`, typed, or sent to the daemon.
///
/// On a thread of its own, before everybody else's: an answer is waited for. It is heard first and then written into the
/// library, by another thread; of a counterpoint that is played over and over every better version is, which a third thread
/// finds that stands behind all others.
actor Answers {
  private let executor = ThreadExecutor(name: "answers", priority: .first)
  nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }
  private let library: PieceLibrary
  private let announcer: Announcer
  private let sound: Sound
  private let disk: DiskQueue
  private let practice = AnswerPracticeRoom()
  /// What the pieces answer that wait for the disk, in their order.
  private var unwritten: [(turn: Int, state: AnswerState)] = []
  private var turn = 0
  private var writing: Task<Int64?, Never>?
  private var retrying: Task<Void, Never>?
  /// Between two tries to write what the disk did not take.
  private let patience: Duration
  private let waiting = Mutex(0)
  /// Counts the melodies.
  private var number = 0
  private let inForce: Mutex<Settings>
  private let turns = Mutex(0)

  /// Populations that a counterpoint learns from its melody while it is played; where nothing is heard, fewer.
  private static let (populations, unheardPopulations) = (60, 6)

  /// What is wanted beside the melody.
  struct Wish: Sendable {
    /// Nil for what the configuration says, or a counterpoint.
    var kind: PlaybackConfiguration.Answer.Kind?
    /// Nil for what the configuration says.
    var voices: Int?
    /// When it may begin, given when it is ready; nil: at once.
    var barLine: (@Sendable () -> Int64?)?
    /// When it was clear that something is to be answered, nanoseconds of the monotonic clock.
    var clear = rt_monotonic_nanoseconds()
  }

  /// What the configuration says of answers.
  struct Settings: Sendable {
    var answer: PlaybackConfiguration.Answer
    /// How melodies are counted that do not say it.
    var meter: Meter
    var disk: DiskQueue.Settings

    init(_ configuration: Configuration) {
      (answer, meter) = (configuration.playback.answer, configuration.playback.meter)
      disk = DiskQueue.Settings(configuration)
    }
  }

  init(
    _ configuration: Configuration, library: PieceLibrary, announcer: Announcer, sound: Sound,
    patience: Duration = .seconds(5)
  ) {
    inForce = Mutex(Settings(configuration))
    self.patience = patience
    self.library = library
    self.announcer = announcer
    self.sound = sound
    disk = DiskQueue(
      "an answer", library: library, trainer: Trainer(name: "answer files", priority: .ordinary), announcer: announcer)
  }

  /// What the configuration in force says.
  nonisolated var settings: Settings { inForce.withLock { $0 } }

  /// Another configuration is in force.
  nonisolated func adopt(_ configuration: Configuration) {
    let new = Settings(configuration)
    inForce.withLock { $0 = new }
  }

  /// Whoever sends melodies by the hundred is not to keep a processor from everybody else.
  static let mostWaiting = 16

  /// Takes one of the places of those who are being answered; false if there is none.
  nonisolated func takeTurn() -> Bool {
    turns.withLock { count in
      guard count < Self.mostWaiting else { return false }
      count += 1
      return true
    }
  }

  /// Gives the place back.
  nonisolated func giveTurnBack() { turns.withLock { $0 -= 1 } }

  /// Composes an answer of each kind, so that the first melody finds tables read and memory touched.
  func warmUp() {
    guard let phrase = try? PhraseQuantizer.Phrase(text: "D4:2 F4:2 E4:2 D4:2 G4:4 F4:4") else { return }
    for kind in [PlaybackConfiguration.Answer.Kind.counterpoint, .continuation, .theme] {
      _ = try? PhraseAnswer(phrase, kind: kind, voices: 1, seed: 1)
    }
  }

  /// Composes, lets it be heard, writes it.
  ///
  /// - Throws: `Refusal`, in words.
  func answer(_ phrase: PhraseQuantizer.Phrase, _ wish: Wish) async throws(PhraseQuantizer.Refusal) -> AnswerState {
    number += 1
    let own = number
    let settings = settings
    let kind = wish.kind ?? (settings.answer.kind == .none ? .counterpoint : settings.answer.kind)
    var state = AnswerState(
      kind: kind.rawValue, melody: phrase.melodyText, tempo: (150 / phrase.stepSeconds).rounded() / 10)
    let answer: PhraseAnswer
    do {
      answer = try PhraseAnswer(
        phrase, kind: kind, voices: wish.voices ?? settings.answer.voices, seed: RandomSource.drawSeed())
    } catch {
      state.refusal = error.description
      announcer.events.send(.answer(state))
      announcer.log(.notice, "no answer: \(error)")
      throw error
    }
    await sound.answer(answer.piece, loops: answer.isLooped, notBefore: wish.barLine?())
    state.milliseconds = (Double(rt_monotonic_nanoseconds() - wish.clear) / 1e5).rounded() / 10
    state.remarks = answer.remarks
    state.piece = await write(answer.piece, state, settings.disk)
    announcer.events.send(.answer(state))
    for remark in state.remarks { announcer.log(.notice, remark) }
    if answer.isLooped { Task { await improve(answer, own, state, settings.disk) } }
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
  private func improve(_ answer: PhraseAnswer, _ own: Int, _ state: AnswerState, _ settings: DiskQueue.Settings) async {
    guard own == number else { return }
    await practice.begin(answer, number: own)
    let isHeard = await sound.isLooping
    for _ in 0..<(isHeard ? Self.populations : Self.unheardPopulations) {
      if isHeard, !(await sound.isLooping) { break }
      guard own == number else { break }
      if let better = await practice.improve(own), own == number {
        await sound.improve(better)
        // While the disk takes nothing, what waits for it is not to become ever more.
        if unwrittenCount < DiskQueue.limit { _ = await write(better, state, settings) }
      }
      try? await Task.sleep(for: .milliseconds(isHeard ? 400 : 10))
    }
    await practice.end(own)
  }

  /// Answers that wait for the disk.
  nonisolated var unwrittenCount: Int { waiting.withLock { $0 } }

  /// Writes what waits, as far as the disk takes it, and tries no more by itself.
  func finish() async {
    retrying?.cancel()
    _ = await writeInTurn(settings.disk)
  }

  /// Writes when those before it have been written: who waits for the disk lets others in.
  ///
  /// - Returns: its number in the library; nil if the disk does not take it now.
  private func write(_ piece: Piece, _ state: AnswerState, _ settings: DiskQueue.Settings) async -> Int64? {
    disk.add(UnwrittenPiece(piece: piece, session: nil, weights: nil, time: Date()))
    turn += 1
    unwritten.append((turn, state))
    waiting.withLock { $0 += 1 }
    let number = await writeInTurn(settings)
    if !unwritten.isEmpty, retrying == nil { retrying = Task { await retry() } }
    return number
  }

  /// What the disk did not take is tried again until it does.
  private func retry() async {
    while !unwritten.isEmpty, !Task.isCancelled {
      try? await Task.sleep(for: patience)
      if !Task.isCancelled { _ = await writeInTurn(settings.disk) }
    }
    retrying = nil
  }

  private func writeInTurn(_ settings: DiskQueue.Settings) async -> Int64? {
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
      waiting.withLock { $0 -= 1 }
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
