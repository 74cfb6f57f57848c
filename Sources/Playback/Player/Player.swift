internal import CRealtime
public import Core
internal import Foundation

/// Lets people hear pieces while they are composed: takes what it is offered, keeps what the policy wants, and feeds an
/// output so that pieces follow each other without a gap.
///
///     let player = try await Player.start(configuration.playback) { line in ... }
///     await player?.offer(PlayerPiece(piece, role: .population(1, isImprovement: true)))
///     await player?.drain()
///     await player?.close()
///
/// The trainer never waits for it, unless it asks to (`drain`, for the pace `listen`).
public actor Player {
  /// What a listener may want.
  public enum Control: Sendable, Hashable {
    /// Holds, or goes on.
    case pause
    /// Ends this piece.
    case next
    /// Goes on from another place of this piece, seconds from its beginning.
    case seek(Double)
    /// Parts, counted from 0, whose notes do not begin from now on.
    case mute(Set<Int>)
    /// Louder or quieter, by a difference.
    case volume(Double)
    /// Ends all pieces.
    case stop
  }

  /// The output's own start-up cost and wake-ups: the next piece is handed over so many seconds before its turn.
  private static let usualLead = 0.7
  /// A master may start over at any moment: then the next piece has to be there.
  private let lead: Double

  private let output: any PlayerOutput
  private let notice: @Sendable (String) -> Void
  private var queue: PlayerQueue
  private var volume: Double
  private var isPaused = false
  private var lastItem: UInt64 = 0
  /// What the output holds: playing, or next.
  private var handedOver: [(item: UInt64, piece: PlayerPiece)] = []
  private var playing: UInt64?
  private var isSilent = true
  /// Whether the output could have taken another piece already when there was none.
  private var isHungry = false
  private var isClosed = false
  private var isDeviceLost = false
  private var retirement: CheckedContinuation<Void, Never>?
  private var isRetiring = false
  private var feeder: Task<Void, Never>?
  private var reader: Task<Void, Never>?
  private var waiters: [CheckedContinuation<Void, Never>] = []
  private var controls: PlaybackConfiguration.Controls
  /// How fast pieces are played, from the next one on.
  private var tempo = 1.0
  /// An answer whose turn is next, and not before that moment of the monotonic clock.
  private var answer: (piece: PlayerPiece, notBefore: Int64?)?
  private var answerTask: Task<Void, Never>?
  /// What is played over and over.
  private var loop: PlayerPiece?
  private var inputListener: (@Sendable (PlayerInput) -> Void)?
  private var oscInput: OSCInput?
  private var ownsOSCInput = false
  private let oscSender: OSCSender?
  /// Whether there is a port `Input` for knobs and keys.
  public nonisolated let hearsInput: Bool
  private var oscTask: Task<Void, Never>?

  /// A player for an output.
  ///
  /// - Parameters:
  ///   - output: Where pieces go; the player closes it.
  ///   - configuration: Policy and volume.
  ///   - notice: Gets one line whenever there is something to say about the device.
  public init(
    output: any PlayerOutput, configuration: PlaybackConfiguration, notice: @escaping @Sendable (String) -> Void
  ) {
    self.output = output
    self.notice = notice
    queue = PlayerQueue(configuration)
    volume = configuration.volume
    controls = configuration.controls
    hearsInput = InputOptions(configuration) != nil
    oscSender = configuration.osc.destinations.isEmpty ? nil : OSCSender(configuration.osc.destinations)
    lead = configuration.sync.source == .none ? Self.usualLead : .infinity
  }

  /// Begins to listen to the output. Once, right after `init`.
  func begin() {
    reader = Task { [weak self, events = output.events] in
      for await event in events { await self?.take(event) }
      await self?.ended()
    }
  }

  // MARK: For the trainer

  /// Whether the best piece of this population would be heard: what is not wanted need not be made.
  public func wants(population: Int, isImprovement: Bool) -> Bool {
    !isClosed && queue.wants(population: population, isImprovement: isImprovement)
  }

  /// Offers a piece; the policy decides.
  public func offer(_ piece: PlayerPiece) {
    guard !isClosed, queue.offer(piece) else { return }
    isSilent = false
    if handedOver.isEmpty || isHungry { feed() }
  }

  /// Forgets what waits and nobody asked for by name; what the output has taken is heard.
  public func dropWaiting() { queue.removeUnasked() }

  /// Plays an answer: what is heard makes room for it, what waits waits on.
  ///
  /// - Parameters:
  ///   - loops: whether it is played over and over, until the next answer, `next` or `stop`.
  ///   - notBefore: when it is to begin, nanoseconds of the monotonic clock; nil: at once. While a master's clock is
  ///     followed, it begins with its next bar.
  public func answer(_ piece: PlayerPiece, loops: Bool, notBefore: Int64?) {
    guard !isClosed else { return }
    answer = (piece, notBefore)
    loop = loops ? piece : nil
    isSilent = false
    answerTask?.cancel()
    let wait = handedOver.isEmpty ? 0 : (notBefore ?? 0) - rt_monotonic_nanoseconds() - Self.handover
    if wait <= 0 { return makeRoom() }
    // What is heard goes on until shortly before the bar line.
    answerTask = Task { [weak self] in
      try? await Task.sleep(for: .nanoseconds(min(wait, 60_000_000_000)))
      if !Task.isCancelled { await self?.makeRoom() }
    }
  }

  /// The answer's turn has come.
  private func makeRoom() {
    guard answer != nil, !isClosed else { return }
    if handedOver.isEmpty { feed() } else { output.stop() }
  }

  /// What an output needs to end one piece and begin another, nanoseconds.
  private static let handover: Int64 = 250_000_000

  /// The same answer, only better: from the next round on.
  public func improve(_ piece: PlayerPiece) { if loop != nil { loop = piece } }

  /// Whether an answer is played over and over.
  public var isLooping: Bool { loop != nil }

  /// Returns when everything that was offered has been heard, or dropped by `stop`.
  public func drain() async {
    if isSilent || isClosed { return }
    await withCheckedContinuation { waiters.append($0) }
  }

  /// Makes room for another player: what the output has taken is heard to its end, then the device is closed. While the
  /// sound is held, or the device is gone, nothing is waited for.
  ///
  /// - Returns: the pieces that were not heard to their end, in their order, with those that were offered meanwhile.
  public func retire() async -> [PlayerPiece] {
    isRetiring = true
    feeder?.cancel()
    while !handedOver.isEmpty, !isPaused, !isDeviceLost, !isClosed {
      await withCheckedContinuation { retirement = $0 }
    }
    let rest = handedOver.map(\.piece) + queue.removeAll()
    await close()
    return rest
  }

  /// Looks again whether there is something to wait for.
  private func reconsiderRetirement() {
    retirement?.resume()
    retirement = nil
  }

  /// Silence, then the device is closed. Whoever drains returns.
  public func close() async {
    if isClosed { return }
    isClosed = true
    queue.removeAll()
    feeder?.cancel()
    answerTask?.cancel()
    oscTask?.cancel()
    oscInput?.leave(self)
    if ownsOSCInput { oscInput?.close() }
    reconsiderRetirement()
    await output.close()
    ended()
  }

  // MARK: For the listener

  /// Does what the listener wants.
  public func control(_ control: Control) {
    switch control {
    case .pause:
      isPaused.toggle()
      if isPaused { output.pause() } else { output.resume() }
      reconsiderRetirement()
    case .next:
      loop = nil
      if handedOver.count < 2 { feed() }
      output.skip()
    case .seek(let seconds): output.seek(to: seconds)
    case .mute(let parts):
      output.mute(parts)
    case .volume(let difference):
      volume = min(1, max(0, volume + difference))
      output.setVolume(volume)
    case .stop:
      queue.removeAll()
      (answer, loop) = (nil, nil)
      output.stop()
      if isPaused { self.control(.pause) }
    }
  }

  /// Somebody else wants to know, too, what is done at the port `Input`.
  public func listenToInput(_ listener: @escaping @Sendable (PlayerInput) -> Void) { inputListener = listener }

  /// Does what a knob or a key at the port `Input` says, as far as it is the player's. The listener hears of the knob, too.
  func obey(_ input: PlayerInput) {
    if case .knob = input { inputListener?(input) }
    guard let meaning = input.meaning(controls) else { return }
    switch meaning {
    case .action(.volume, let value): control(.volume(value - volume))
    case .action(.next, 0.5...): control(.next)
    case .action(.pause, 0.5...): control(.pause)
    case .action(.tempo, let value): setTempo(value)
    default: break
    }
    inputListener?(meaning)
  }

  /// Plays pieces at another tempo from the next one on: 0 half as fast, 0.5 as they are, 1 twice as fast.
  public func setTempo(_ value: Double) {
    guard value.isFinite else { return }
    tempo = exp2(min(1, max(0, value)) * 2 - 1)
  }

  /// Knobs and keys mean something else from now on.
  public func setControls(_ controls: PlaybackConfiguration.Controls) { self.controls = controls }

  /// The piece that is being heard; nil in silence.
  public var current: PlayerPiece? {
    let item = output.position.item
    return handedOver.first { $0.item == item }?.piece
  }

  /// Follows another policy from the next offer on, at another volume; what it is heard through stays.
  public func adopt(_ configuration: PlaybackConfiguration) {
    queue.adopt(configuration)
    volume = configuration.volume
    output.setVolume(volume)
  }

  /// Whether the output's thread does not come back from a driver.
  public nonisolated var isStuck: Bool { output.isStuck }

  /// Times the device ran dry.
  public nonisolated var xrunCount: Int { output.xrunCount }

  /// What is being heard.
  public var status: PlayerStatus {
    let position = output.position
    let current = handedOver.first { $0.item == position.item }?.piece
    return PlayerStatus(
      title: current?.title, score: current.flatMap { $0.piece.score.entries.isEmpty ? nil : $0.piece.score.total },
      seconds: position.seconds, length: current?.piece.seconds ?? 0,
      waitingCount: queue.count + max(0, handedOver.count - 1), isPaused: isPaused, volume: volume)
  }

  // MARK: Feeding

  private func feed() {
    guard !isClosed, !isRetiring else { return }
    // An answer comes after silence, or what is heard makes room for it.
    if answer != nil, !handedOver.isEmpty { return }
    guard var next = answer?.piece ?? loop ?? queue.next() else {
      isHungry = true
      return
    }
    let notBefore = answer?.notBefore
    answer = nil
    isHungry = false
    lastItem += 1
    if tempo != 1 { next.piece = next.piece.faster(by: tempo) }
    handedOver.append((lastItem, next))
    output.enqueue(PlayerItem(id: lastItem, piece: next.piece, label: next.label, notBefore: notBefore))
  }

  private func take(_ event: PlayerEvent) {
    switch event {
    case .started(let item):
      playing = item
      feedBeforeTheEnd(of: item)
      tell(of: item)
    case .finished(let item):
      handedOver.removeAll { $0.item == item }
      if handedOver.isEmpty { feed() }
    case .idle:
      if handedOver.isEmpty { reconsiderRetirement() }
      if handedOver.isEmpty, queue.count == 0, answer == nil { ended() } else if handedOver.isEmpty { feed() }
    case .deviceLost(let reason):
      isDeviceLost = true
      notice("\(reason); the sound goes on when it is back")
      reconsiderRetirement()
    case .deviceBack:
      isDeviceLost = false
      notice("the sound is back")
    case .input(let input): obey(input)
    case .remark(let text): notice(text)
    }
  }

  /// Hands the next piece over shortly before this one ends: late enough to be the newest, early enough to be gapless.
  private func feedBeforeTheEnd(of item: UInt64) {
    feeder?.cancel()
    feeder = Task { [weak self] in
      while !Task.isCancelled, let rest = await self?.secondsToWait(for: item) {
        if rest <= 0 {
          await self?.feedOnce(after: item)
          return
        }
        try? await Task.sleep(for: .seconds(min(rest, 0.5)))
      }
    }
  }

  /// Seconds until the next piece has to be handed over; nil if the item is over.
  private func secondsToWait(for item: UInt64) -> Double? {
    guard playing == item, let entry = handedOver.first(where: { $0.item == item }) else { return nil }
    let position = output.position
    let heard = position.item == item ? position.seconds : 0
    return entry.piece.piece.seconds - heard - lead
  }

  // MARK: Open Sound Control

  /// Opens the port that the configuration asks for.
  ///
  /// - Parameters:
  ///   - input: Whose port it is; nil for this player's own.
  ///   - master: The master whose clock is followed, if one is.
  /// - Throws: If it cannot be had.
  func hearOSC(
    _ configuration: PlaybackConfiguration.OSC, by input: OSCInput?, master: MasterReading?
  ) throws(DeviceUnavailableError) {
    let port = input ?? OSCInput()
    (oscInput, ownsOSCInput) = (port, input == nil)
    try port.serve(self, configuration, master: master)
  }

  /// Tells others by OSC which notes of a piece are heard, until it is over.
  private func tell(of item: UInt64) {
    guard let oscSender, let piece = handedOver.first(where: { $0.item == item })?.piece else { return }
    let before = oscTask
    before?.cancel()
    oscTask = Task { [output] in
      await before?.value
      oscSender.piece(piece.title, score: piece.piece.score.total)
      var notes = OSCNotes(piece.piece)
      while !Task.isCancelled {
        let position = output.position
        guard position.item == item else { break }
        let events = position.isPaused ? notes.end(at: position.seconds) : notes.due(at: position.seconds)
        for event in events { oscSender.note(key: event.key, velocity: event.velocity) }
        try? await Task.sleep(for: .milliseconds(5))
      }
      for event in notes.end(at: 0) { oscSender.note(key: event.key, velocity: 0) }
    }
  }

  private func feedOnce(after item: UInt64) {
    if handedOver.last?.item == item { feed() }
  }

  private func ended() {
    isSilent = true
    let waiting = waiters
    waiters = []
    for waiter in waiting { waiter.resume() }
  }
}
