internal import CRealtime
internal import Core

/// What is heard at the port `Input`, and what is made of it.
struct InputOptions: Sendable {
  /// A port to hear; it is subscribed again whenever it reappears. Nil: whoever subscribes.
  var source: SequencerDestination?
  /// Whether a master's clock decides when pieces play, and how it is followed.
  var sync = PlaybackConfiguration.Sync()
  /// How a master's bars are counted.
  var meter = Meter.common
  /// Is told where that master is.
  let master = MasterReading()

  /// - Returns: nil if nothing in the configuration wants a port that hears.
  init?(_ configuration: PlaybackConfiguration) {
    guard configuration.input != nil || configuration.sync.source != .none || configuration.answer.kind != .none else {
      return nil
    }
    source = configuration.input.flatMap { $0 == "any" ? nil : SequencerDestination($0) }
    sync = configuration.sync
    meter = configuration.meter
  }
}

/// Reads the port `Input`: the clock goes to the follower, the rest becomes `PlayerInput`. Belongs to the client's thread.
struct InputReader {
  /// Nil if no clock is followed.
  private(set) var follower: ClockFollower?
  /// Whether a start plays the next piece, not the same again.
  let startsNext: Bool
  /// When the last event came, real time of the queue; nil before the first.
  private(set) var lastEvent: Int64?

  /// Nanoseconds between two clocks of the master, as far as that is known.
  var period: Double { (follower?.filter ?? ClockFilter()).period }

  private let master: MasterReading
  private var clock = InputClock()
  private var controllers = ControllerFilter()
  private var subscription: SequencerSubscription?

  /// Subscribes the port that is asked for.
  ///
  /// - Throws: If it is not there.
  init(_ options: InputOptions, client: SequencerClient) throws(DeviceUnavailableError) {
    let sync = options.sync
    follower =
      sync.source == .clock
      ? ClockFollower(goesOn: sync.onLoss == .goOn, patienceSeconds: sync.patienceSeconds) : nil
    startsNext = sync.atStart == .next
    master = options.master
    if let source = options.source { subscription = try SequencerSubscription(source, client: client, side: .input) }
  }

  /// An event has come.
  ///
  /// - Parameter report: Gets what it means to others.
  /// - Returns: what the clock's slave has to do.
  mutating func take(_ event: InputEvent, report: (PlayerEvent) -> Void) -> [ClockFollower.Change] {
    lastEvent = event.nanoseconds
    guard case .transport(let message) = event.content else {
      if case .control(let channel, let controller, let value) = event.content,
        !controllers.isKnob(
          controller, value: value, by: .init(source: event.source, channel: channel), at: event.nanoseconds)
      {
        return []
      }
      let quarters = follower.flatMap { $0.isRunning ? $0.position(at: Double(event.nanoseconds)) / 24 : nil }
      let seconds = Double(clock.monotonic(event.nanoseconds)) * 1e-9
      PlayerInput(event, seconds: seconds, quarters: quarters).map { report(.input($0)) }
      return []
    }
    return follower?.receive(message, from: Self.number(of: event.source), at: Double(event.nanoseconds)) ?? []
  }

  /// Compares the queue's clock, by which events are stamped, with the monotonic one.
  mutating func readClock(_ queueTime: () -> Int64) {
    let before = rt_monotonic_nanoseconds()
    let time = queueTime()
    clock.read(time, after: before, before: rt_monotonic_nanoseconds())
  }

  /// Where the master is at a time of the queue; nil while none runs.
  func place(at queueTime: Int64) -> MasterPlace? {
    guard let follower, follower.isRunning else { return nil }
    return MasterPlace(
      position: follower.position(at: Double(queueTime)), nanoseconds: clock.monotonic(queueTime),
      tempo: 1 / follower.filter.period)
  }

  /// Tells those who hear by other ways where the master is.
  func tellPlace(at queueTime: Int64) { master.tell(place(at: queueTime)) }

  /// Time has passed.
  mutating func advance(to nanoseconds: Int64) -> [ClockFollower.Change] {
    follower?.advance(to: Double(nanoseconds)) ?? []
  }

  /// Ports come and go.
  ///
  /// - Returns: what a person should know.
  mutating func observe(_ announcement: SequencerClient.Announcement, client: SequencerClient) -> PlayerEvent? {
    switch announcement {
    case .portGone(let address), .inputUnsubscribed(let address): follower?.leave(Self.number(of: address))
    default: break
    }
    switch subscription?.observe(announcement, client: client) {
    case .deviceLost(let text): return .remark(text)
    case .deviceBack: return subscription.map { .remark("MIDI port \($0.port) is heard again") }
    default: return nil
    }
  }

  private static func number(of address: SequencerAddress) -> Int { address.client << 8 | address.port }

  /// What a person should know of a change.
  func remark(on change: ClockFollower.Change) -> String? {
    switch change {
    case .moved, .stopped: nil
    case .lost(isHeld: true): "the master's clock has ceased: the music waits for it"
    case .lost(isHeld: false): "the master's clock has ceased: the music goes on at its last tempo"
    case .found: "the master's clock is back"
    case .crowded: "a second master sends its clock to the port Input: it is not heard while the first is there"
    case .flooded:
      "what comes to the port Input is no clock: more than \(ClockFollower.mostClocksPerSecond) ticks a second"
    }
  }
}
