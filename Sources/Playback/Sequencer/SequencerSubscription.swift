internal import Logging

/// The port that was asked for by name, subscribed again whenever it reappears.
struct SequencerSubscription {
  /// As it was asked for.
  let destination: SequencerDestination
  /// What was found: its names are how it is known again, even if it was asked for by number.
  private(set) var port: SequencerPort
  /// Whether it is subscribed now.
  private(set) var isConnected = false

  /// Finds the port and subscribes it.
  init(_ destination: SequencerDestination, client: SequencerClient) throws(DeviceUnavailableError) {
    let ports = client.destinations()
    let listing = ports.map(\.description)
    guard let port = destination.choose(from: ports) else {
      throw DeviceUnavailableError(reason: "no MIDI port '\(destination)' to play to", available: listing)
    }
    do {
      try client.connect(to: port.address)
    } catch {
      throw DeviceUnavailableError(reason: "cannot play to MIDI port \(port): \(error)", available: listing)
    }
    self.destination = destination
    self.port = port
    isConnected = true
  }

  /// Reacts to a change in the sequencer.
  mutating func observe(_ announcement: SequencerClient.Announcement, client: SequencerClient) -> PlayerEvent? {
    switch announcement {
    case .portGone(port.address) where isConnected, .unsubscribed(port.address) where isConnected:
      // Somebody who takes the cable out means it: only a port that went away is subscribed again.
      isConnected = false
      return .deviceLost("MIDI port \(port) is gone")
    case .subscribed(port.address) where !isConnected:
      isConnected = true
      return .deviceBack
    case .portAppeared(let address) where !isConnected:
      guard let appeared = client.port(at: address), appeared.hasNames(of: port),
        (try? client.connect(to: address)) != nil
      else { return nil }
      port = appeared
      isConnected = true
      return .deviceBack
    default: return nil
    }
  }
}
