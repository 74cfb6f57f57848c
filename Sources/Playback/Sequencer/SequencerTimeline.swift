internal import Core

/// Which events are due when: the pieces in order, each beginning where the one before it ends, on the queue's clock.
///
/// Pure: the clock's reading is an argument (`now`, nanoseconds of the queue's real time). Events are taken with `next`
/// and, when the kernel has accepted one, confirmed with `confirm`.
struct SequencerTimeline {
  enum Message: Hashable {
    case midi(MIDIMessage)
    case clock, start, resume, stop
    /// Sixteenth notes from where the clock was started.
    case position(Int)
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
    /// Its beginning is not due before this.
    var notBefore = Int64.min
    /// When its beginning is due.
    var origin: Int64 = 0
    var isStarted = false
    var nextEvent = 0
    var nextClock: Int64 = 0
    /// Clocks that went out before its first one, since the clock was started.
    var clocksBefore: Int64 = 0
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
  /// Where the clock goes on: it has not been said yet, or it has. Nil: it starts at the beginning.
  private var continuation: Continuation?
  private enum Continuation { case unsaid, said }
  /// If it follows a master, pieces that begin in silence begin at a multiple of this.
  private let grid: Int64?

  /// - Parameters:
  ///   - sendsClock: Whether clock, start, stop, continue and song position go out.
  ///   - grid: What pieces that begin in silence wait for, nanoseconds; nil: they begin at once.
  init(sendsClock: Bool, grid: Int64? = nil) {
    clockIsSent = sendsClock
    self.grid = grid
  }

  var isPaused: Bool { held != nil }
  var isEmpty: Bool { items.isEmpty }
  /// The performance of the first item.
  var firstPerformance: SequencerPerformance? { items.first?.performance }
  /// The channels of what is queued.
  var channels: Set<UInt8> { items.reduce(into: []) { $0.formUnion($1.performance.channels) } }
  /// What a receiver that joins now must know.
  var setup: [MIDIMessage] {
    if let first = items.first, first.isStarted || first.nextEvent > 0 { return first.performance.setup }
    guard case .tuned(let tuning) = receivers else { return [] }
    return tuning.setup
  }

  // MARK: Commands

  mutating func enqueue(
    _ id: UInt64, _ performance: SequencerPerformance, now: Int64, notBefore: Int64 = .min
  ) {
    items.append(Item(id: id, performance: performance, notBefore: notBefore))
    plan(items.count - 1, now: now)
  }

  /// Decides what an item says before its notes, and when it begins: where the one before it ends, unless receivers
  /// have to be told of another tuning in between.
  private mutating func plan(_ index: Int, now: Int64) {
    let previous = index > 0 ? items[index - 1] : nil
    let receivers = previous.map { ReceiversTuning(after: $0.performance.tuning) } ?? receivers
    (items[index].events, items[index].introduction) = items[index].performance.events(for: receivers)
    if let grid {
      let next = now >= 0 ? (now + grid - 1) / grid * grid : 0
      items[index].origin = max(previous?.end ?? .min, next)
    } else {
      let soonest = max(previous?.end ?? .min, now + Self.lead)
      items[index].origin = max(soonest + items[index].preroll, items[index].notBefore)
    }
    if let previous { items[index].clocksBefore = previous.clocksBefore + previous.performance.clockCount }
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
    continueClock()
    interjected += held.beginnings.map { Due(nanoseconds: beginning, message: .midi($0)) }
  }

  /// Drops the first item; the next begins at once. Before this the queue must have been emptied.
  mutating func skip(now: Int64) -> [UInt64] {
    interjected = []
    guard !items.isEmpty else { return [] }
    let first = items.removeFirst()
    let dropped = first.id
    rewind(to: 0)
    if held != nil { held = (0, []) }
    if !items.isEmpty {
      plan(0, now: now)
      // Receivers have counted on; the clocks that were taken back are sent again.
      let heard = first.performance.firstClock(from: max(0, now - first.origin))
      items[0].clocksBefore = first.clocksBefore + min(heard, first.performance.clockCount)
      for index in items.indices.dropFirst() {
        items[index].clocksBefore = items[index - 1].clocksBefore + items[index - 1].performance.clockCount
      }
      chainOrigins()
    }
    return [dropped]
  }

  /// Drops everything but what receivers know. Before this the queue must have been emptied.
  mutating func stop() -> [UInt64] {
    defer {
      let receivers = receivers
      self = SequencerTimeline(sendsClock: clockIsSent, grid: grid)
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

  // MARK: Places

  /// Goes on from another place of the first item, at once; held, from there when it is let go. Before this the queue
  /// must have been emptied and the notes ended.
  mutating func seek(to offset: Int64, now: Int64) {
    guard let first = items.first else { return }
    let offset = min(max(0, offset), max(0, first.performance.duration - 1))
    if held != nil {
      rewind(to: offset, includingIts: true)
      held = (offset, cues(at: offset))
    } else {
      begin(at: offset, beginning: now + Self.lead + (offset == 0 ? first.preroll : 0))
      continueClock()
    }
  }

  /// Goes on where a master's song stands. The first item begins where it was planned; what lies outside all of the items
  /// is the first one, over and over.
  ///
  /// - Parameters:
  ///   - position: Where the song stands.
  ///   - startsNext: Whether an item that has been heard makes room for the next, which begins here.
  /// - Returns: the items that are over.
  mutating func locate(_ position: Int64, startsNext: Bool?) -> [UInt64] {
    held = nil
    var dropped: [UInt64] = []
    if startsNext == true, items.count > 1, items[0].isStarted { dropped.append(items.removeFirst().id) }
    guard !items.isEmpty else { return dropped }
    if startsNext != nil {
      begin(at: 0, beginning: position)
      return dropped
    }
    if !items[0].isStarted, position < items[0].origin, items[0].origin - position <= grid ?? 0 {
      begin(at: 0, beginning: items[0].origin)
    } else if let index = items.firstIndex(where: { $0.origin <= position && position < $0.end }) {
      dropped += items.prefix(index).map(\.id)
      items.removeFirst(index)
      begin(at: position - items[0].origin, beginning: position)
    } else {
      let length = max(1, items[0].performance.duration)
      let distance = (position - items[0].origin) % length
      begin(at: distance < 0 ? distance + length : distance, beginning: position)
    }
    return dropped
  }

  private mutating func begin(at offset: Int64, beginning: Int64) {
    rewind(to: offset, includingIts: true)
    items[0].origin = beginning - offset
    chainOrigins()
    interjected = cues(at: offset).map { Due(nanoseconds: beginning, message: .midi($0)) }
  }

  /// What has to be said before an item goes on in its middle: its setup, if it was not said, and the notes that sound.
  private func cues(at offset: Int64) -> [MIDIMessage] {
    guard offset > 0, let first = items.first else { return [] }
    var sounding = SoundingNotes()
    let before = first.events.dropFirst(first.introduction).prefix { $0.nanoseconds <= offset }
    for event in before {
      // What ends here does not sound any more; what begins here is still to be said.
      if event.nanoseconds == offset, case .noteOn(_, _, 1...) = event.message { continue }
      sounding.sent(event.message, at: event.nanoseconds)
    }
    sounding.advance(to: offset)
    return (first.isStarted ? [] : first.events.prefix(first.introduction).map(\.message)) + sounding.beginnings
  }

  /// The clock goes on at the next sixteenth note that receivers count, the only places a song position can name.
  private mutating func continueClock() {
    guard clockIsSent, clockIsRunning || items[0].isStarted else { return }
    clockIsRunning = false
    continuation = .unsaid
    let rest = (items[0].clocksBefore + items[0].nextClock) % 6
    if rest > 0 { items[0].nextClock += 6 - rest }
  }

  /// The first item's events from `offset` on, and all of the others', are to be sent again.
  private mutating func rewind(to offset: Int64, includingIts: Bool = false) {
    interjected = []
    continuation = nil
    for index in items.indices {
      let begin = index == 0 ? offset : 0
      let (performance, events) = (items[index].performance, items[index].events)
      let isAhead = { (event: SequencerPerformance.Event) in
        includingIts ? event.nanoseconds >= begin : event.nanoseconds > begin
      }
      items[index].nextEvent = begin == 0 ? 0 : events.firstIndex(where: isAhead) ?? events.count
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
        return Due(nanoseconds: item.origin + offset, message: clockMessage(of: item))
      }
    }
    return event.map { Due(nanoseconds: item.origin + $0.nanoseconds, message: .midi($0.message)) }
  }

  private func clockMessage(of item: Item) -> Message {
    if clockIsRunning { return .clock }
    switch continuation {
    case nil: return .start
    case .unsaid: return .position(Int(clamping: (item.clocksBefore + item.nextClock) / 6))
    case .said: return .resume
    }
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
    case .start:
      clockIsRunning = true  // the first clock comes right after it, at the same time
      // Receivers count from here.
      let counted = items[index].clocksBefore + items[index].nextClock
      for later in items.indices { items[later].clocksBefore -= counted }
    case .position: continuation = .said
    case .resume:
      continuation = nil
      clockIsRunning = true
    case .stop: break
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
