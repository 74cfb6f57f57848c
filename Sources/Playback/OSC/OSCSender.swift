internal import CLo
internal import Core

/// Tells others by Open Sound Control what is heard.
///
/// - Note: `@unchecked Sendable`: the addresses never change after `init`, and the player that owns it asks one thing after
///   another.
final class OSCSender: @unchecked Sendable {
  private let addresses: [lo_address]

  init(_ destinations: [PlaybackConfiguration.OSC.Destination]) {
    addresses = destinations.compactMap { lo_address_new($0.host, String($0.port)) }
  }

  deinit { addresses.forEach { lo_address_free($0) } }

  /// A note begins, or ends (velocity 0): `/rlmusician/note` key velocity.
  func note(key: Int, velocity: Int) {
    send("/rlmusician/note") { message in
      lo_message_add_int32(message, Int32(clamping: key))
      lo_message_add_int32(message, Int32(clamping: velocity))
    }
  }

  /// A piece begins: `/rlmusician/piece` title score.
  func piece(_ title: String, score: Double) {
    send("/rlmusician/piece") { message in
      lo_message_add_string(message, title)
      lo_message_add_float(message, Float(score))
    }
  }

  private func send(_ path: String, _ fill: (lo_message) -> Void) {
    guard let message = lo_message_new() else { return }
    defer { lo_message_free(message) }
    fill(message)
    // Whoever does not listen is not waited for.
    for address in addresses { lo_send_message(address, path, message) }
  }
}
