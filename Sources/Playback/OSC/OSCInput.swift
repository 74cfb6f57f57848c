internal import Core
internal import Synchronization

/// The port for Open Sound Control of somebody who opens one player after another, or one beside another: it stays open
/// meanwhile, and what it hears is for the oldest that is open.
public final class OSCInput: Sendable {
  private struct Listener {
    weak var player: Player?
    var master: MasterReading?
  }

  private struct State {
    var port: OSCPort?
    /// What the port was opened for.
    var configuration: PlaybackConfiguration.OSC?
    var listeners: [Listener] = []
  }

  private let state = Mutex(State())

  /// No port; players open it.
  public init() {}

  deinit { close() }

  /// Closes the port; at once, so that another can be opened.
  public func close() {
    let port = state.withLock { state in
      defer { (state.port, state.configuration, state.listeners) = (nil, nil, []) }
      return state.port
    }
    port?.close()
  }

  /// Opens the port that a configuration asks for, unless it is open; the player gets what it hears when those before it
  /// are closed.
  ///
  /// - Parameter master: The master whose clock is followed, if one is.
  /// - Throws: If it cannot be had; what was open stays so.
  func serve(
    _ player: Player, _ configuration: PlaybackConfiguration.OSC, master: MasterReading?
  ) throws(DeviceUnavailableError) {
    let isOpen = state.withLock { state in
      state.listeners.append(Listener(player: player, master: master))
      return state.configuration?.port == configuration.port && state.configuration?.address == configuration.address
    }
    if isOpen { return }
    var opened: OSCPort?
    if let port = configuration.port {
      let (inputs, feed) = AsyncStream.makeStream(of: PlayerInput.self, bufferingPolicy: .bufferingNewest(4096))
      do {
        opened = try OSCPort(address: configuration.address, port: port, master: { [weak self] in self?.heard?.master })
        {
          feed.yield($0)
        } ended: {
          feed.finish()
        }
      } catch {
        leave(player)
        throw error
      }
      Task { [weak self] in for await input in inputs { await self?.heard?.player?.obey(input) } }
    }
    let old = state.withLock { state in
      defer { (state.port, state.configuration) = (opened, configuration) }
      return state.port
    }
    old?.close()
  }

  /// A player is closed: the next one hears.
  func leave(_ player: Player) {
    state.withLock { state in state.listeners.removeAll { $0.player == nil || $0.player === player } }
  }

  private var heard: Listener? { state.withLock { state in state.listeners.first { $0.player != nil } } }
}
