internal import CALSA
internal import Core
internal import Glibc

/// What alsa-lib's sequencer answered when it failed.
struct SequencerError: Error, Hashable, CustomStringConvertible {
  var operation: String
  /// A negative errno.
  var code: Int32

  var description: String { "\(operation): \(String(cString: snd_strerror(code)))" }
  /// Nothing to play to: no `/dev/snd/seq`, or no right to open it.
  var isAbsent: Bool { [-ENOENT, -ENODEV, -EACCES, -EPERM, -ENXIO].contains(code) }
}

/// One client of the ALSA sequencer with a port to play from, a port to hear with, or both, and one real-time queue.
/// Thin: codes become errors, nothing else.
///
/// Nothing here blocks. Not thread-safe: whoever made it may hand it to one thread, which then is its owner.
final class SequencerClient {
  /// A change in the sequencer, from its announce port.
  enum Announcement: Hashable {
    case portAppeared(SequencerAddress)
    case portGone(SequencerAddress)
    case subscribed(SequencerAddress)
    case unsubscribed(SequencerAddress)
    /// The same of the port that hears.
    case inputSubscribed(SequencerAddress)
    case inputUnsubscribed(SequencerAddress)
  }

  /// What `incoming` finds.
  enum Incoming: Hashable {
    case announcement(Announcement)
    case input(InputEvent)
  }

  private let handle: OpaquePointer
  /// Plays; -1 if there is none.
  private let port: Int32
  /// Hears; -1 if there is none.
  private let inputPort: Int32
  private let queue: Int32
  /// The address of the port that plays.
  let address: SequencerAddress
  /// The address of the port that hears.
  let inputAddress: SequencerAddress
  /// Events that one call of `incoming` takes at most.
  private static let mostIncoming = 512

  /// Opens the sequencer and makes the ports that have a name.
  init(name: String, portName: String?, inputName: String? = nil) throws(SequencerError) {
    ALSALog.install()
    var opened: OpaquePointer?
    try Self.check("snd_seq_open", snd_seq_open(&opened, "default", SND_SEQ_OPEN_DUPLEX, SND_SEQ_NONBLOCK))
    guard let opened else { throw SequencerError(operation: "snd_seq_open", code: -ENODEV) }
    do {
      try Self.check("snd_seq_set_client_name", snd_seq_set_client_name(opened, name))
      // What PipeWire, JACK's bridges and Ardour look for: a MIDI source that others may subscribe to.
      port =
        portName == nil
        ? -1
        : try Self.check(
          "snd_seq_create_simple_port",
          snd_seq_create_simple_port(
            opened, portName, UInt32(SND_SEQ_PORT_CAP_READ | SND_SEQ_PORT_CAP_SUBS_READ),
            UInt32(SND_SEQ_PORT_TYPE_MIDI_GENERIC | SND_SEQ_PORT_TYPE_SOFTWARE | SND_SEQ_PORT_TYPE_APPLICATION)))
      // It looks 1000 times a second for what is due. 2000 was tried: under load the queue's time then drifts by
      // milliseconds against that of a recorder's queue.
      queue = try Self.check("snd_seq_alloc_named_queue", snd_seq_alloc_named_queue(opened, name))
      if let inputName {
        inputPort = try Self.check("snd_seq_create_port", calsa_seq_create_stamped_port(opened, inputName, queue))
      } else {
        inputPort = -1
      }
      // Announcements need a port that can be written to, which the ports others see shall not be.
      let hidden = try Self.check(
        "snd_seq_create_simple_port",
        snd_seq_create_simple_port(
          opened, "announcements", UInt32(SND_SEQ_PORT_CAP_WRITE | SND_SEQ_PORT_CAP_NO_EXPORT),
          UInt32(SND_SEQ_PORT_TYPE_APPLICATION)))
      try Self.check(
        "snd_seq_connect_from",
        snd_seq_connect_from(
          opened, hidden, Int32(SND_SEQ_CLIENT_SYSTEM), Int32(SND_SEQ_PORT_SYSTEM_ANNOUNCE)))
      address = SequencerAddress(client: Int(snd_seq_client_id(opened)), port: Int(port))
      inputAddress = SequencerAddress(client: address.client, port: Int(inputPort))
      handle = opened
    } catch {
      snd_seq_close(opened)
      throw error
    }
  }

  deinit { snd_seq_close(handle) }

  @discardableResult
  private static func check(_ operation: String, _ code: Int32) throws(SequencerError) -> Int32 {
    guard code >= 0 else { throw SequencerError(operation: operation, code: code) }
    return code
  }

  // MARK: Queue

  /// Starts the clock, or lets it go on where `stopQueue` held it.
  func runQueue() {
    snd_seq_control_queue(handle, queue, Int32(SND_SEQ_EVENT_CONTINUE.rawValue), 0, nil)
    snd_seq_drain_output(handle)
  }

  /// Holds the clock: an idle queue must not wake the machine a thousand times a second.
  func stopQueue() {
    snd_seq_control_queue(handle, queue, Int32(SND_SEQ_EVENT_STOP.rawValue), 0, nil)
    snd_seq_drain_output(handle)
  }

  /// The queue's real time in nanoseconds.
  func queueTime() -> Int64 {
    var status: OpaquePointer?
    guard snd_seq_queue_status_malloc(&status) == 0 else { return 0 }
    defer { snd_seq_queue_status_free(status) }
    guard snd_seq_get_queue_status(handle, queue, status) == 0,
      let time = snd_seq_queue_status_get_real_time(status)
    else { return 0 }
    return Int64(time.pointee.tv_sec) * 1_000_000_000 + Int64(time.pointee.tv_nsec)
  }

  /// Takes back every event whose time has not come.
  func emptyQueue() { snd_seq_drop_output(handle) }

  /// Cells of 28 bytes that the kernel still takes from us.
  func freeCells() -> Int {
    var pool: OpaquePointer?
    guard snd_seq_client_pool_malloc(&pool) == 0 else { return 0 }
    defer { snd_seq_client_pool_free(pool) }
    guard snd_seq_get_client_pool(handle, pool) == 0 else { return 0 }
    return snd_seq_client_pool_get_output_free(pool)
  }

  // MARK: Events

  /// Sends to every subscriber when the queue's time comes. False if the kernel has no room at present.
  func schedule(_ message: SequencerTimeline.Message, at nanoseconds: Int64) -> Bool {
    let nanoseconds = max(0, nanoseconds)
    var time = snd_seq_real_time_t()
    time.tv_sec = UInt32(clamping: nanoseconds / 1_000_000_000)
    time.tv_nsec = UInt32(nanoseconds % 1_000_000_000)
    return send(message, to: nil) { calsa_seq_schedule(&$0, queue, &time) } != -EAGAIN
  }

  /// Sends at once: to one port, subscribed or not, or to every subscriber.
  func sendNow(_ message: SequencerTimeline.Message, to destination: SequencerAddress? = nil) {
    _ = send(message, to: destination) { calsa_seq_set_direct(&$0) }
  }

  private func send(
    _ message: SequencerTimeline.Message, to destination: SequencerAddress?,
    stamp: (inout snd_seq_event_t) -> Void
  ) -> Int32 {
    var event = snd_seq_event_t()
    stamp(&event)
    event.source.port = UInt8(truncatingIfNeeded: port)
    event.dest.client = destination.map { UInt8(clamping: $0.client) } ?? UInt8(SND_SEQ_ADDRESS_SUBSCRIBERS)
    event.dest.port = destination.map { UInt8(clamping: $0.port) } ?? UInt8(SND_SEQ_ADDRESS_UNKNOWN)
    switch message {
    case .clock: event.type = UInt8(SND_SEQ_EVENT_CLOCK.rawValue)
    case .start: event.type = UInt8(SND_SEQ_EVENT_START.rawValue)
    case .resume: event.type = UInt8(SND_SEQ_EVENT_CONTINUE.rawValue)
    case .stop: event.type = UInt8(SND_SEQ_EVENT_STOP.rawValue)
    case .position(let sixteenths):
      event.type = UInt8(SND_SEQ_EVENT_SONGPOS.rawValue)
      event.data.control.value = Int32(clamping: sixteenths)
    case .midi(.noteOn(let channel, let key, let velocity)):
      // A note-on of velocity 0 is the file's spelling of a note-off.
      if velocity == 0 {
        calsa_seq_set_note_off(&event, Int32(channel), Int32(key), 0)
      } else {
        calsa_seq_set_note_on(&event, Int32(channel), Int32(key), Int32(velocity))
      }
    case .midi(.controlChange(let channel, let controller, let value)):
      calsa_seq_set_controller(&event, Int32(channel), Int32(controller), Int32(value))
    case .midi(.programChange(let channel, let program)):
      calsa_seq_set_program(&event, Int32(channel), Int32(program))
    case .midi(.pitchBend(let channel, let value)):
      calsa_seq_set_pitch_bend(&event, Int32(channel), Int32(value) - 8192)
    case .midi(.systemExclusive(let data)):
      var bytes = [0xF0] + data + [0xF7]
      return bytes.withUnsafeMutableBytes {
        calsa_seq_set_sysex(&event, UInt32($0.count), $0.baseAddress)
        return snd_seq_event_output_direct(handle, &event)
      }
    case .midi: return 0
    }
    return snd_seq_event_output_direct(handle, &event)
  }

  // MARK: Other ports

  /// Every port of the system that can be played to.
  func destinations() -> [SequencerPort] {
    Self.ports(of: handle).filter { $0.isWritable }.map(\.port)
  }

  /// Every port of others that can be heard.
  func sources() -> [SequencerPort] {
    Self.ports(of: handle).filter { $0.isReadable && $0.port.address.client != address.client }.map(\.port)
  }

  /// A port's names; nil if it is not there.
  func port(at address: SequencerAddress) -> SequencerPort? {
    Self.ports(of: handle).first { $0.port.address == address }?.port
  }

  /// Subscribes a port to ours; no error if it is already.
  func connect(to destination: SequencerAddress) throws(SequencerError) {
    let code = snd_seq_connect_to(handle, port, Int32(destination.client), Int32(destination.port))
    if code == -EBUSY { return }
    try Self.check("snd_seq_connect_to \(destination)", code)
  }

  /// Subscribes our port that hears to another; no error if it is already.
  func connect(from source: SequencerAddress) throws(SequencerError) {
    let code = snd_seq_connect_from(handle, inputPort, Int32(source.client), Int32(source.port))
    if code == -EBUSY { return }
    try Self.check("snd_seq_connect_from \(source)", code)
  }

  /// Who is subscribed to our port now.
  func subscribers() -> [SequencerAddress] {
    var query: OpaquePointer?
    guard snd_seq_query_subscribe_malloc(&query) == 0 else { return [] }
    defer { snd_seq_query_subscribe_free(query) }
    var root = snd_seq_addr_t(client: UInt8(address.client), port: UInt8(address.port))
    var found: [SequencerAddress] = []
    snd_seq_query_subscribe_set_root(query, &root)
    snd_seq_query_subscribe_set_type(query, SND_SEQ_QUERY_SUBS_READ)
    snd_seq_query_subscribe_set_index(query, 0)
    while snd_seq_query_port_subscribers(handle, query) >= 0 {
      if let subscriber = snd_seq_query_subscribe_get_addr(query) {
        found.append(SequencerAddress(subscriber.pointee))
      }
      snd_seq_query_subscribe_set_index(query, snd_seq_query_subscribe_get_index(query) + 1)
    }
    return found
  }

  /// What has changed, and what has been sent to the port that hears, since the last call.
  func incoming() -> [Incoming] {
    var found: [Incoming] = []
    var event: UnsafeMutablePointer<snd_seq_event_t>?
    for _ in 0..<Self.mostIncoming {
      let code = snd_seq_event_input(handle, &event)
      // More was sent than the kernel keeps for us: what is left is still worth reading.
      if code == -ENOSPC { continue }
      guard code >= 0, let event = event?.pointee else { break }
      if let announcement = announcement(event) {
        found.append(.announcement(announcement))
      } else if Int32(event.dest.port) == inputPort, Int(event.source.client) != address.client,
        let input = InputEvent(event)
      {
        found.append(.input(input))
      }
    }
    return found
  }

  private func announcement(_ event: snd_seq_event_t) -> Announcement? {
    let connection = event.data.connect
    let (sender, destination) = (SequencerAddress(connection.sender), SequencerAddress(connection.dest))
    // Whoever sends to us may say what it likes; only the system's word counts.
    guard Int32(event.source.client) == Int32(SND_SEQ_CLIENT_SYSTEM) else { return nil }
    switch snd_seq_event_type(UInt32(event.type)) {
    case SND_SEQ_EVENT_PORT_START: return .portAppeared(SequencerAddress(event.data.addr))
    case SND_SEQ_EVENT_PORT_EXIT: return .portGone(SequencerAddress(event.data.addr))
    case SND_SEQ_EVENT_PORT_SUBSCRIBED where sender == address: return .subscribed(destination)
    case SND_SEQ_EVENT_PORT_SUBSCRIBED where destination == inputAddress: return .inputSubscribed(sender)
    case SND_SEQ_EVENT_PORT_UNSUBSCRIBED where sender == address: return .unsubscribed(destination)
    case SND_SEQ_EVENT_PORT_UNSUBSCRIBED where destination == inputAddress: return .inputUnsubscribed(sender)
    default: return nil
    }
  }

  /// What `poll` waits for to hear of announcements.
  var pollDescriptor: pollfd {
    var descriptor = pollfd()
    snd_seq_poll_descriptors(handle, &descriptor, 1, Int16(POLLIN))
    return descriptor
  }
}

extension SequencerAddress {
  init(_ address: snd_seq_addr_t) { self.init(client: Int(address.client), port: Int(address.port)) }
}
