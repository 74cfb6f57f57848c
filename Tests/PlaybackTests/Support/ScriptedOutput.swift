#if Playback
  import Playback
  import Synchronization

  /// An output without a clock: the test says where playback stands and what is reported.
  final class ScriptedOutput: PlayerOutput {
    let events: AsyncStream<PlayerEvent>
    private let reports: AsyncStream<PlayerEvent>.Continuation
    private let items = Mutex<[UInt64]>([])
    private let stand = Mutex(PlayerPosition(item: nil, seconds: 0, isPaused: false))

    init() { (events, reports) = AsyncStream.makeStream(of: PlayerEvent.self) }

    /// What has been handed over.
    var enqueued: [UInt64] { items.withLock { $0 } }
    var position: PlayerPosition { stand.withLock { $0 } }

    func stand(at seconds: Double, of item: UInt64) {
      stand.withLock { $0 = PlayerPosition(item: item, seconds: seconds, isPaused: false) }
    }

    func report(_ event: PlayerEvent) { reports.yield(event) }

    private let handed = Mutex<[PlayerItem]>([])
    private let stops = Mutex(0)
    /// What was handed over, and how often all of it was dropped.
    var handedOver: [PlayerItem] { handed.withLock { $0 } }
    var stopCount: Int { stops.withLock { $0 } }

    func enqueue(_ item: PlayerItem) {
      items.withLock { $0.append(item.id) }
      handed.withLock { $0.append(item) }
    }
    func skip() {}
    func pause() {}
    func resume() {}
    func stop() { stops.withLock { $0 += 1 } }
    func setVolume(_ volume: Double) {}
    func close() async { reports.finish() }
  }
#endif
