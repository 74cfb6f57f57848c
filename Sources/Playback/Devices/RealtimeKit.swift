internal import CDBus
internal import CRealtime
internal import Glibc

/// Real-time priority from the desktop's RealtimeKit, for users who have no right of their own to it.
///
/// rtkit grants SCHED_RR with reset-on-fork, up to its own highest priority, and only to processes whose RLIMIT_RTTIME is
/// at most what it allows: a thread that computes longer than that without sleeping would lock up the machine. At three
/// quarters of it ours goes back to an ordinary priority by itself; the kernel would end the program at the whole.
///
/// Blocks for as long as the bus takes to answer, so it is asked on the control side, about the audio thread.
enum RealtimeKit {
  private static let name = "org.freedesktop.RealtimeKit1"
  private static let path = "/org/freedesktop/RealtimeKit1"
  private static let patience: Int32 = 2000

  /// Why there is no priority to be had, in a few words.
  struct Refusal: Error, Hashable {
    var reason: String
  }

  /// Gives a thread of this process real-time priority.
  ///
  /// - Parameters:
  ///   - thread: the kernel's number of it.
  ///   - priority: what is wished for; rtkit's highest, if that is lower.
  /// - Returns: the priority it has now.
  static func promote(thread: Int32, priority: Int32) throws(Refusal) -> Int32 {
    let bus = try Bus()
    let highest = try bus.number("MaxRealtimePriority")
    let longest = try bus.number("RTTimeUSecMax")
    guard highest > 0, longest > 0 else { throw Refusal(reason: "rtkit grants none") }
    let granted = min(Int64(priority), highest)
    guard rt_limit_realtime(UInt64(longest), thread) == 0 else {
      throw Refusal(reason: "RLIMIT_RTTIME cannot be set")
    }
    try bus.makeRealtime(thread: UInt64(thread), priority: UInt32(granted))
    return Int32(granted)
  }

  /// A connection of our own to the system bus, as long as it lives.
  private struct Bus: ~Copyable {
    private let connection: OpaquePointer

    init() throws(Refusal) {
      var error = DBusError()
      dbus_error_init(&error)
      guard let connection = dbus_bus_get_private(DBUS_BUS_SYSTEM, &error) else {
        throw Self.refusal(&error, "no system bus")
      }
      // A bus that goes away is none of the music's business.
      dbus_connection_set_exit_on_disconnect(connection, 0)
      self.connection = connection
    }

    deinit {
      dbus_connection_close(connection)
      dbus_connection_unref(connection)
    }

    private static func refusal(_ error: inout DBusError, _ fallback: String) -> Refusal {
      defer { dbus_error_free(&error) }
      return Refusal(reason: error.message.map { String(cString: $0) } ?? fallback)
    }

    /// A whole number among rtkit's properties.
    func number(_ property: String) throws(Refusal) -> Int64 {
      let reply = try call("org.freedesktop.DBus.Properties", "Get") { arguments in
        Self.append(RealtimeKit.name, to: &arguments)
        Self.append(property, to: &arguments)
      }
      defer { dbus_message_unref(reply) }
      var (variant, value) = (DBusMessageIter(), DBusMessageIter())
      guard dbus_message_iter_init(reply, &variant) != 0,
        dbus_message_iter_get_arg_type(&variant) == Self.variantType
      else { throw Refusal(reason: "rtkit's \(property) is no number") }
      dbus_message_iter_recurse(&variant, &value)
      switch dbus_message_iter_get_arg_type(&value) {
      case Self.int32Type:
        var number: Int32 = 0
        dbus_message_iter_get_basic(&value, &number)
        return Int64(number)
      case Self.int64Type:
        var number: Int64 = 0
        dbus_message_iter_get_basic(&value, &number)
        return number
      default: throw Refusal(reason: "rtkit's \(property) is no number")
      }
    }

    func makeRealtime(thread: UInt64, priority: UInt32) throws(Refusal) {
      let reply = try call(RealtimeKit.name, "MakeThreadRealtime") { arguments in
        var (thread, priority) = (thread, priority)
        dbus_message_iter_append_basic(&arguments, Self.uint64Type, &thread)
        dbus_message_iter_append_basic(&arguments, Self.uint32Type, &priority)
      }
      dbus_message_unref(reply)
    }

    private static func append(_ text: String, to arguments: inout DBusMessageIter) {
      text.withCString { text in
        var text: UnsafePointer<CChar>? = text
        _ = dbus_message_iter_append_basic(&arguments, stringType, &text)
      }
    }

    private func call(
      _ interface: String, _ method: String, _ append: (inout DBusMessageIter) -> Void
    ) throws(Refusal) -> OpaquePointer {
      guard let message = dbus_message_new_method_call(RealtimeKit.name, RealtimeKit.path, interface, method) else {
        throw Refusal(reason: "no memory")
      }
      defer { dbus_message_unref(message) }
      var arguments = DBusMessageIter()
      dbus_message_iter_init_append(message, &arguments)
      append(&arguments)
      var error = DBusError()
      dbus_error_init(&error)
      guard
        let reply = dbus_connection_send_with_reply_and_block(connection, message, RealtimeKit.patience, &error)
      else { throw Self.refusal(&error, "no answer") }
      return reply
    }

    // The protocol's type codes: characters, which are macros of casts in C.
    private static let variantType = Int32(UInt8(ascii: "v"))
    private static let stringType = Int32(UInt8(ascii: "s"))
    private static let int32Type = Int32(UInt8(ascii: "i"))
    private static let int64Type = Int32(UInt8(ascii: "x"))
    private static let uint32Type = Int32(UInt8(ascii: "u"))
    private static let uint64Type = Int32(UInt8(ascii: "t"))
  }
}
