internal import Logging

/// The port that was asked for by name, to play to or to hear, subscribed again whenever it reappears.
struct SequencerSubscription {
  /// Which way the music goes.
  enum Side {
    case output, input
  }

  private let side: Side
  /// As it was asked for.
  let destination: SequencerDestination
  /// What was found: its names are how it is known again, even if it was asked for by number.
  private(set) var port: SequencerPort
  /// Whether it is subscribed now.
  private(set) var isConnected = false

  /// Finds the port and subscribes it.
  init(
    _ destination: SequencerDestination, client: SequencerClient, side: Side = .output
  ) throws(DeviceUnavailableError) {
    let ports = side == .output ? client.destinations() : client.sources()
    let listing = ports.map(\.description)
    let aim = side == .output ? "play to" : "hear"
    guard let port = destination.choose(from: ports) else {
      throw DeviceUnavailableError(reason: "no MIDI port '\(destination)' to \(aim)", available: listing)
    }
    do {
      try Self.connect(port.address, client, side)
    } catch {
      throw DeviceUnavailableError(reason: "cannot \(aim) MIDI port \(port): \(error)", available: listing)
    }
    self.side = side
    self.destination = destination
    self.port = port
    isConnected = true
  }

  private static func connect(
    _ address: SequencerAddress, _ client: SequencerClient, _ side: Side
  ) throws(SequencerError) {
    switch side {
    case .output: try client.connect(to: address)
    case .input: try client.connect(from: address)
    }
  }

  /// Reacts to a change in the sequencer.
  mutating func observe(_ announcement: SequencerClient.Announcement, client: SequencerClient) -> PlayerEvent? {
    switch announcement.seen(from: side) {
    case .portGone(port.address) where isConnected, .unsubscribed(port.address) where isConnected:
      // Somebody who takes the cable out means it: only a port that went away is subscribed again.
      isConnected = false
      return .deviceLost("MIDI port \(port) is gone")
    case .subscribed(port.address) where !isConnected:
      isConnected = true
      return .deviceBack
    case .portAppeared(let address) where !isConnected:
      guard let appeared = client.port(at: address), appeared.hasNames(of: port),
        (try? Self.connect(address, client, side)) != nil
      else { return nil }
      port = appeared
      isConnected = true
      return .deviceBack
    default: return nil
    }
  }
}

extension SequencerClient.Announcement {
  /// What it says of subscriptions on one side; those of the other side are of no interest there.
  fileprivate func seen(from side: SequencerSubscription.Side) -> SequencerClient.Announcement? {
    switch (self, side) {
    case (.portAppeared, _), (.portGone, _), (.subscribed, .output), (.unsubscribed, .output): self
    case (.inputSubscribed(let address), .input): .subscribed(address)
    case (.inputUnsubscribed(let address), .input): .unsubscribed(address)
    default: nil
    }
  }
}
