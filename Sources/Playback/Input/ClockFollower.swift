/// Where a master of MIDI clock stands in its song, and how fast it goes: a state machine without a clock of its own.
///
/// Times are nanoseconds of whatever clock stamps the messages; positions are MIDI clocks (24 a quarter note) from the
/// beginning of the master's song. The tempo's filter is `ClockFilter`.
struct ClockFollower: Sendable {
  /// What masters say.
  enum Message: Sendable, Hashable {
    case clock, start, resume, stop
    /// Sixteenth notes from the song's beginning.
    case position(Int)
  }

  /// What a slave has to do.
  enum Change: Sendable, Hashable {
    /// Go on from here; what was planned is void. `isStart`: from the beginning of another performance.
    case moved(to: Double, isStart: Bool)
    /// Be silent.
    case stopped
    /// The master has gone without a word: be silent if `isHeld`, else go on at the last tempo.
    case lost(isHeld: Bool)
    /// It is back.
    case found
    /// A second master talks in between; it is not heard.
    case crowded
    /// What comes can be no clock: be silent.
    case flooded
  }

  private enum State: Sendable {
    case stopped
    /// The first clock after this is at `pending`.
    case starting(isStart: Bool)
    case running
    /// It ran, and its clock has ceased.
    case held
  }

  /// Whether playback goes on when the master has gone without a word.
  let goesOn: Bool
  /// Silence after which the master counts as gone, nanoseconds.
  let patience: Double

  private(set) var filter = ClockFilter()
  private var state = State.stopped
  /// Where the last tick was. No song has a place before its beginning, however early its master's ticks come.
  private var tickPosition = 0 { didSet { tickPosition = max(0, tickPosition) } }
  /// Where the next clock is, once it has been said.
  private var pending: Int?
  private var isOnItsOwn = false
  private var lastMessage = -Double.infinity
  private var lastClock = -Double.infinity

  private var source: Int?
  private var otherIsKnown = false
  /// Clocks since the beginning of a second.
  private var window = (begin: -Double.infinity, count: 0)
  private var isFlooded = false

  /// More clocks than this in a second (1,250 beats a minute) are none.
  static let mostClocksPerSecond = 500
  private static let second = 1e9

  init(goesOn: Bool = false, patienceSeconds: Double = 2) {
    self.goesOn = goesOn
    patience = patienceSeconds * Self.second
  }

  // MARK: What is known

  /// Whether the master's song goes on.
  var isRunning: Bool { if case .running = state { true } else { false } }
  /// Whether its tempo can be relied upon.
  var isLocked: Bool { filter.isLocked }
  /// Quarter notes a minute.
  var tempo: Double { 60e9 / (24 * filter.period) }

  /// The master's position at a time; where it stopped, while it does not run.
  func position(at nanoseconds: Double) -> Double {
    switch state {
    case .running: Double(tickPosition) + filter.ticks(at: nanoseconds)
    default: Double(pending ?? tickPosition)
    }
  }

  /// When the master will be, or was, at a position, at its present tempo.
  func time(of position: Double) -> Double { filter.time(ofTicksAhead: position - Double(tickPosition)) }

  /// How far one may plan: a tempo that is not known yet says little beyond the next tick.
  func planningLimit(at now: Double, margin: Double) -> Double {
    isLocked || isOnItsOwn
      ? position(at: now + filter.period + margin) : min(Double(tickPosition) + 1, position(at: now + margin))
  }

  /// When `advance` has something to say if nothing comes; nil: never.
  var deadline: Double? {
    switch state {
    case .running where !isOnItsOwn: lastClock + patience
    default: nil
    }
  }

  // MARK: What comes

  /// A message has come.
  ///
  /// - Parameters:
  ///   - source: Who says it: a number for each sender.
  ///   - time: When it came; a time before the last one counts as that.
  /// - Returns: what to do, in order.
  mutating func receive(_ message: Message, from source: Int = 0, at time: Double) -> [Change] {
    let time = max(time, max(lastMessage, -1e18))
    var changes = advance(to: time)
    guard accept(source, at: time) else {
      if !otherIsKnown {
        otherIsKnown = true
        changes.append(.crowded)
      }
      return changes
    }
    lastMessage = time
    if message == .clock, let flood = countClock(at: time) { return changes + flood }
    if isFlooded { return changes }
    switch message {
    case .clock: changes += clock(at: time)
    case .start:
      pending = 0
      prepare(isStart: true)
    case .resume where !isRunning:
      pending = pending ?? nextPosition
      // A master that always continues says position 0 where others say start.
      prepare(isStart: pending == 0)
    case .resume: break
    case .stop:
      if isActive { changes.append(.stopped) }
      tickPosition = isOnItsOwn ? Int(position(at: time).rounded(.up)) : pending ?? nextPosition
      pending = nil
      isOnItsOwn = false
      state = .stopped
    case .position(let sixteenths): pending = 6 * min(16_383, max(0, sixteenths))
    }
    return changes
  }

  /// Time has passed without a message.
  mutating func advance(to time: Double) -> [Change] {
    guard case .running = state, !isOnItsOwn, time - lastClock >= patience else { return [] }
    if goesOn {
      isOnItsOwn = true
      return [.lost(isHeld: false)]
    }
    tickPosition = Int((position(at: lastClock + patience) - 0.01).rounded(.up))
    state = .held
    return [.lost(isHeld: true)]
  }

  /// A sender has gone: its place is free for another.
  mutating func leave(_ source: Int) {
    guard source == self.source else { return }
    self.source = nil
    otherIsKnown = false
  }

  /// Whether the slave plays, or is about to.
  private var isActive: Bool {
    switch state {
    case .running, .starting: true
    case .stopped, .held: false
    }
  }

  /// Where the next clock is if nothing else is said.
  private var nextPosition: Int {
    switch state {
    case .running: tickPosition + 1
    default: tickPosition
    }
  }

  private mutating func prepare(isStart: Bool) {
    state = .starting(isStart: isStart)
    isOnItsOwn = false
  }

  private mutating func clock(at time: Double) -> [Change] {
    let isFresh = time - lastClock < 4 * filter.period
    lastClock = time
    switch state {
    case .stopped:
      if !isFresh { filter.restart(isFresh: false) }
      _ = filter.tick(at: time)
      return []
    case .starting(let isStart):
      filter.restart(isFresh: isFresh)
      _ = filter.tick(at: time)
      return begin(isStart: isStart)
    case .held:
      filter.restart(isFresh: false)
      _ = filter.tick(at: time)
      return [.found] + begin(isStart: false)
    case .running: return run(at: time)
    }
  }

  private mutating func begin(isStart: Bool) -> [Change] {
    tickPosition = pending ?? tickPosition
    pending = nil
    state = .running
    return [.moved(to: Double(tickPosition), isStart: isStart)]
  }

  private mutating func run(at time: Double) -> [Change] {
    if isOnItsOwn {
      isOnItsOwn = false
      // The nearest tick is meant: after a while on one's own a beat is worth more than a count.
      tickPosition = Int(position(at: time).rounded())
      filter.restart(isFresh: false)
      _ = filter.tick(at: time)
      return [.found] + jump()
    }
    tickPosition += filter.tick(at: time)
    return jump()
  }

  /// A position that was said while the master runs is where its next clock is.
  private mutating func jump() -> [Change] {
    guard let position = pending else { return [] }
    pending = nil
    filter.settle()
    if position == tickPosition { return [] }
    tickPosition = position
    return [.moved(to: Double(position), isStart: false)]
  }

  // MARK: Who may speak

  /// One master at a time: another is heard when that one has gone, or has stopped and is silent.
  private mutating func accept(_ source: Int, at time: Double) -> Bool {
    if source == self.source { return true }
    let silence = time - lastMessage
    guard self.source == nil || silence >= patience || (!isActive && silence >= Self.second / 2) else { return false }
    self.source = source
    otherIsKnown = false
    return true
  }

  /// - Returns: nil if the clock may be one.
  private mutating func countClock(at time: Double) -> [Change]? {
    if time - window.begin >= Self.second {
      if isFlooded, window.count <= Self.mostClocksPerSecond || time - window.begin >= 2 * Self.second {
        isFlooded = false
      }
      window = (time, 0)
    }
    window.count += 1
    if isFlooded { return [] }
    guard window.count > Self.mostClocksPerSecond else { return nil }
    isFlooded = true
    pending = nil
    state = .stopped
    return [.flooded]
  }
}
