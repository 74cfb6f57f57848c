internal import Core

/// Which events are due when: the pieces in order, each beginning where the one before it ends, on the queue's clock.
///
/// Pure: the clock's reading is an argument (`now`, nanoseconds of the queue's real time). Events are taken with `next`
/// and, when the kernel has accepted one, confirmed with `confirm`.
struct SequencerTimeline {
  enum Message: Hashable {
    case midi(MIDIMessage)
    case clock, start, resume, stop
  }

  struct Due: Hashable {
    var nanoseconds: Int64
    var message: Message
  }

  private struct Item {
    let id: UInt64
    let performance: SequencerPerformance
    /// The performance's, for what receivers know when it begins.
    var events: [SequencerPerformance.Event] = []
    /// How many of them come before its notes: they tell receivers of its program and tuning.
    var introduction = 0
    /// When its beginning is due.
    var origin: Int64 = 0
    var isStarted = false
    var nextEvent = 0
    var nextClock: Int64 = 0
    var end: Int64 { origin + performance.duration }
    /// How long before the beginning the first event is due.
    var preroll: Int64 { -min(0, events.first?.nanoseconds ?? 0) }
    /// Whether its introduction changes receivers' tuning.
    var retunes: Bool {
      introduction > 0 && performance.tuning != nil || introduction > performance.setup.count
    }
  }

  /// The time between accepting a piece and its first event: enough to hand it over on a busy machine.
  static let lead: Int64 = 150_000_000
  private let clockIsSent: Bool
  private var items: [Item] = []
  /// Goes before everything else: what a pause took away.
  private var interjected: [Due] = []
  private(set) var sounding = SoundingNotes()
  /// What receivers have been told of tunings.
  private(set) var receivers = ReceiversTuning.equal
  /// Where in the first item playback is held, and what begins again then.
  private var held: (offset: Int64, beginnings: [MIDIMessage])?
  private(set) var clockIsRunning = false

  init(sendsClock: Bool) { clockIsSent = sendsClock }

  var isPaused: Bool { held != nil }
  var isEmpty: Bool { items.isEmpty }
  /// The channels of what is queued.
  var channels: Set<UInt8> { items.reduce(into: []) { $0.formUnion($1.performance.channels) } }
  /// What a receiver that joins now must know.
  var setup: [MIDIMessage] {
    if let first = items.first, first.isStarted || first.nextEvent > 0 { return first.performance.setup }
    guard case .tuned(let tuning) = receivers else { return [] }
    return tuning.setup
  }

  // MARK: Commands

  mutating func enqueue(_ id: UInt64, _ performance: SequencerPerformance, now: Int64) {
    items.append(Item(id: id, performance: performance))
    plan(items.count - 1, now: now)
  }

  /// Decides what an item says before its notes, and when it begins: where the one before it ends, unless receivers
  /// have to be told of another tuning in between.
  private mutating func plan(_ index: Int, now: Int64) {
    let previous = index > 0 ? items[index - 1] : nil
    let receivers = previous.map { ReceiversTuning(after: $0.performance.tuning) } ?? receivers
    (items[index].events, items[index].introduction) = items[index].performance.events(for: receivers)
    let soonest = max(previous?.end ?? .min, now + Self.lead)
    items[index].origin = soonest + items[index].preroll
  }

  /// Holds. Before this the queue must have been emptied; the notes to end come from `endNotes`.
  mutating func pause(now: Int64) {
    guard held == nil else { return }
    sounding.advance(to: now)
    let offset = items.first.map { min(max(0, now - $0.origin), $0.performance.duration) } ?? 0
    held = (offset, offset > 0 ? sounding.beginnings : [])
    rewind(to: offset)
  }

  /// Goes on where `pause` held; notes that were cut off begin again.
  mutating func resume(now: Int64) {
    guard let held else { return }
    self.held = nil
    guard !items.isEmpty else { return }
    let beginning = now + Self.lead + (held.offset == 0 ? items[0].preroll : 0)
    items[0].origin = beginning - held.offset
    chainOrigins()
    if clockIsSent, clockIsRunning || items[0].isStarted {
      interjected.append(Due(nanoseconds: beginning, message: .resume))
      clockIsRunning = true
    }
    interjected += held.beginnings.map { Due(nanoseconds: beginning, message: .midi($0)) }
  }

  /// Drops the first item; the next begins at once. Before this the queue must have been emptied.
  mutating func skip(now: Int64) -> [UInt64] {
    interjected = []
    guard !items.isEmpty else { return [] }
    let dropped = items.removeFirst().id
    rewind(to: 0)
    if held != nil { held = (0, []) }
    if !items.isEmpty {
      plan(0, now: now)
      chainOrigins()
    }
    return [dropped]
  }

  /// Drops everything but what receivers know. Before this the queue must have been emptied.
  mutating func stop() -> [UInt64] {
    defer {
      let receivers = receivers
      self = SequencerTimeline(sendsClock: clockIsSent)
      self.receivers = receivers
    }
    return items.map(\.id)
  }

  /// Receivers were put back to twelve-tone equal temperament. Before this comes `stop`.
  mutating func receiversWereReset() { receivers = .equal }

  /// The queue was emptied: what ends every note that sounds.
  mutating func endNotes(now: Int64) -> [MIDIMessage] { sounding.endAll(at: now) }

  /// The clock was told to stop.
  mutating func clockStopped() { clockIsRunning = false }

  /// The first item's events from `offset` on, and all of the others', are to be sent again.
  private mutating func rewind(to offset: Int64) {
    interjected = []
    for index in items.indices {
      let begin = index == 0 ? offset : 0
      let (performance, events) = (items[index].performance, items[index].events)
      items[index].nextEvent = begin == 0 ? 0 : events.firstIndex { $0.nanoseconds > begin } ?? events.count
      items[index].nextClock = performance.firstClock(from: begin)
    }
  }

  private mutating func chainOrigins() {
    for index in items.indices.dropFirst() { items[index].origin = items[index - 1].end + items[index].preroll }
  }

  // MARK: What is due

  /// The next event that is due before `horizon`; nil if there is none, or while held.
  func next(before horizon: Int64) -> Due? {
    guard held == nil else { return nil }
    if let first = interjected.first { return first.nanoseconds < horizon ? first : nil }
    for item in items {
      if let due = next(in: item) { return due.nanoseconds < horizon ? due : nil }
    }
    return nil
  }

  private func next(in item: Item) -> Due? {
    let performance = item.performance
    let event = item.nextEvent < item.events.count ? item.events[item.nextEvent] : nil
    if clockIsSent {
      let offset = performance.nanoseconds(ofClock: item.nextClock)
      if offset < performance.duration, event.map({ offset <= $0.nanoseconds }) ?? true {
        return Due(nanoseconds: item.origin + offset, message: clockIsRunning ? .clock : .start)
      }
    }
    return event.map { Due(nanoseconds: item.origin + $0.nanoseconds, message: .midi($0.message)) }
  }

  /// The kernel has accepted what `next` said.
  mutating func confirm(_ due: Due) {
    if case .midi(let message) = due.message { sounding.sent(message, at: due.nanoseconds) }
    if !interjected.isEmpty {
      interjected.removeFirst()
      return
    }
    guard let index = items.firstIndex(where: { next(in: $0) != nil }) else { return }
    switch due.message {
    case .midi:
      let item = items[index]
      if item.nextEvent < item.introduction, item.retunes { receivers.disturb(by: item.performance.tuning) }
      items[index].nextEvent += 1
    case .clock: items[index].nextClock += 1
    case .start: clockIsRunning = true  // the first clock comes right after it, at the same time
    case .resume, .stop: break
    }
  }

  // MARK: Reports

  /// What has begun and ended up to `now`, in order; ended items are forgotten.
  mutating func reports(now: Int64) -> [PlayerEvent] {
    sounding.advance(to: now)
    guard held == nil else { return [] }
    var reports: [PlayerEvent] = []
    while let first = items.first, first.origin <= now {
      if !first.isStarted {
        items[0].isStarted = true
        if items.dropFirst().allSatisfy({ $0.nextEvent == 0 || !$0.retunes }) {
          receivers = ReceiversTuning(after: first.performance.tuning)
        }
        reports.append(.started(first.id))
      }
      // What is late (a suspended machine) is still sent, so it ends only then.
      guard first.end <= now, first.nextEvent == first.events.count else { break }
      items.removeFirst()
      reports.append(.finished(first.id))
    }
    return reports
  }

  /// Nanoseconds until the next report is due; nil if none is.
  func timeToReport(now: Int64) -> Int64? {
    guard held == nil, let first = items.first else { return nil }
    return max(0, (first.isStarted ? first.end : first.origin) - now)
  }

  /// The item heard at `now` and where in it.
  func position(now: Int64) -> (id: UInt64, offset: Int64)? {
    guard let first = items.first else { return nil }
    if let held { return (first.id, held.offset) }
    return first.origin <= now ? (first.id, min(now - first.origin, first.performance.duration)) : nil
  }
}
