#if Playback
  import CALSA
  import Core
  import Foundation

  @testable import Playback

  /// Another program's port: receives, with the kernel's timestamps.
  final class SequencerReceiver {
    struct Received: Equatable, CustomStringConvertible {
      /// When it was delivered, nanoseconds of the receiver's queue.
      var nanoseconds: Int64
      var message: String
      var description: String { message }
    }

    let handle: OpaquePointer
    let address: SequencerAddress
    private let queue: Int32
    private(set) var received: [Received] = []
    /// What it has been told of tunings since the beginning.
    private(set) var tuning = ReceiverState()

    init(name: String, portName: String = "in") throws {
      var opened: OpaquePointer?
      try Self.check(snd_seq_open(&opened, "default", SND_SEQ_OPEN_DUPLEX, SND_SEQ_NONBLOCK))
      guard let opened else { throw CocoaError(.featureUnsupported) }
      handle = opened
      try Self.check(snd_seq_set_client_name(handle, name))
      try Self.check(snd_seq_set_client_pool_input(handle, 2000))
      queue = try Self.check(snd_seq_alloc_queue(handle))
      var info: OpaquePointer?
      try Self.check(snd_seq_port_info_malloc(&info))
      defer { snd_seq_port_info_free(info) }
      snd_seq_port_info_set_name(info, portName)
      snd_seq_port_info_set_capability(info, UInt32(SND_SEQ_PORT_CAP_WRITE | SND_SEQ_PORT_CAP_SUBS_WRITE))
      snd_seq_port_info_set_type(info, UInt32(SND_SEQ_PORT_TYPE_MIDI_GENERIC | SND_SEQ_PORT_TYPE_APPLICATION))
      snd_seq_port_info_set_timestamping(info, 1)
      snd_seq_port_info_set_timestamp_real(info, 1)
      snd_seq_port_info_set_timestamp_queue(info, queue)
      try Self.check(snd_seq_create_port(handle, info))
      address = SequencerAddress(
        client: Int(snd_seq_client_id(handle)), port: Int(snd_seq_port_info_get_port(info)))
      snd_seq_control_queue(handle, queue, Int32(SND_SEQ_EVENT_START.rawValue), 0, nil)
      snd_seq_drain_output(handle)
    }

    deinit { snd_seq_close(handle) }

    @discardableResult
    private static func check(_ code: Int32) throws -> Int32 {
      guard code >= 0 else { throw SequencerError(operation: "receiver", code: code) }
      return code
    }

    /// Subscribes to a port.
    func listen(to sender: SequencerAddress) throws {
      try Self.check(snd_seq_connect_from(handle, Int32(address.port), Int32(sender.client), Int32(sender.port)))
    }

    /// Takes the cable out.
    func unlisten(to sender: SequencerAddress) throws {
      try Self.check(snd_seq_disconnect_from(handle, Int32(address.port), Int32(sender.client), Int32(sender.port)))
    }

    /// Collects for a while, or until `enough` says so.
    func collect(seconds: Double, until enough: ([Received]) -> Bool = { _ in false }) {
      let end = ContinuousClock.now + .seconds(seconds)
      repeat {
        var event: UnsafeMutablePointer<snd_seq_event_t>?
        while snd_seq_event_input(handle, &event) >= 0, let event {
          let time = event.pointee.time.time
          received.append(
            Received(
              nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec),
              message: Self.describe(event.pointee)))
          Self.midi(event.pointee).map { tuning.hear($0) }
        }
        if enough(received) { return }
        usleep(5000)
      } while ContinuousClock.now < end
    }

    /// What has been received since the last call.
    func take() -> [Received] {
      defer { received = [] }
      return received
    }

    var messages: [String] { received.map(\.message) }
    /// Note messages only.
    var notes: [String] { messages.filter { $0.hasPrefix("on") || $0.hasPrefix("off") } }

    /// The keys that were begun and not ended.
    var hanging: Set<String> {
      var keys: Set<String> = []
      for note in notes {
        let words = note.split(separator: " ")
        let key = "\(words[1]) \(words[2])"
        if words[0] == "on" { keys.insert(key) } else { keys.remove(key) }
      }
      return keys
    }

    private static func midi(_ event: snd_seq_event_t) -> MIDIMessage? {
      let (note, control) = (event.data.note, event.data.control)
      switch snd_seq_event_type(UInt32(event.type)) {
      case SND_SEQ_EVENT_NOTEON:
        return .noteOn(channel: note.channel, key: note.note, velocity: note.velocity)
      case SND_SEQ_EVENT_CONTROLLER:
        return .controlChange(
          channel: control.channel, controller: UInt8(control.param & 127), value: UInt8(control.value & 127))
      case SND_SEQ_EVENT_PITCHBEND:
        return .pitchBend(channel: control.channel, value: UInt16(clamping: control.value + 8192))
      case SND_SEQ_EVENT_SYSEX:
        let bytes = UnsafeRawBufferPointer(start: event.data.ext.ptr, count: Int(event.data.ext.len))
        return .systemExclusive(Array(bytes.dropFirst().dropLast()))
      default: return nil
      }
    }

    /// `on CHANNEL KEY VELOCITY`, `off CHANNEL KEY`, `control CHANNEL NUMBER VALUE`, `program CHANNEL NUMBER`, ...
    private static func describe(_ event: snd_seq_event_t) -> String {
      let (note, control) = (event.data.note, event.data.control)
      switch snd_seq_event_type(UInt32(event.type)) {
      case SND_SEQ_EVENT_NOTEON: return "on \(note.channel) \(note.note) \(note.velocity)"
      case SND_SEQ_EVENT_NOTEOFF: return "off \(note.channel) \(note.note)"
      case SND_SEQ_EVENT_CONTROLLER: return "control \(control.channel) \(control.param) \(control.value)"
      case SND_SEQ_EVENT_PGMCHANGE: return "program \(control.channel) \(control.value)"
      case SND_SEQ_EVENT_PITCHBEND: return "bend \(control.channel) \(control.value)"
      case SND_SEQ_EVENT_SYSEX: return "sysex \(event.data.ext.len)"
      case SND_SEQ_EVENT_CLOCK: return "clock"
      case SND_SEQ_EVENT_START: return "start"
      case SND_SEQ_EVENT_CONTINUE: return "continue"
      case SND_SEQ_EVENT_STOP: return "stop"
      case SND_SEQ_EVENT_PORT_UNSUBSCRIBED: return "unsubscribed"
      case SND_SEQ_EVENT_PORT_SUBSCRIBED: return "subscribed"
      default: return "type \(event.type)"
      }
    }
  }
#endif
