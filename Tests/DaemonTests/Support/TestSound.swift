#if Playback
  import Core
  import Foundation
  import Synchronization

  @testable import Daemon
  @testable import Playback

  /// An output that plays nothing: pieces are over when the test says so.
  final class FakeOutput: PlayerOutput {
    private struct State {
      var items: [PlayerItem] = []
      var playing: UInt64?
      var isPaused = false
      var isClosed = false
    }

    let events: AsyncStream<PlayerEvent>
    private let reports: AsyncStream<PlayerEvent>.Continuation
    private let state = Mutex(State())

    init() { (events, reports) = AsyncStream.makeStream(of: PlayerEvent.self) }

    /// Pieces it was given, played or not.
    var count: Int { state.withLock { $0.items.count } }
    var isClosed: Bool { state.withLock { $0.isClosed } }

    func enqueue(_ item: PlayerItem) {
      let starts = state.withLock { state in
        state.items.append(item)
        guard state.playing == nil else { return false }
        state.playing = item.id
        return true
      }
      if starts { reports.yield(.started(item.id)) }
    }

    /// Ends what is played, with all that is queued behind it.
    func finish() {
      let (first, last) = state.withLock { state in
        defer { state.playing = nil }
        return (state.playing, state.items.last?.id)
      }
      guard let first, let last else { return }
      for item in first...last { reports.yield(.finished(item)) }
      reports.yield(.idle)
    }

    /// What it was given, in the order in which it is heard.
    var pieces: [Piece] { state.withLock { $0.items.map(\.piece) } }
    /// The place among them of what is played.
    var playingIndex: Int? {
      state.withLock { state in state.items.firstIndex { $0.id == state.playing } }
    }

    /// Ends what is played; what is queued behind it begins.
    func finishOne() {
      let (over, next) = state.withLock { state in
        let over = state.playing
        state.playing = state.items.first { $0.id == (over ?? 0) + 1 }?.id
        return (over, state.playing)
      }
      guard let over else { return }
      reports.yield(.finished(over))
      reports.yield(next.map { .started($0) } ?? .idle)
    }

    func skip() { finish() }
    func stop() { finish() }
    func pause() { state.withLock { $0.isPaused = true } }
    func resume() { state.withLock { $0.isPaused = false } }
    func setVolume(_ volume: Double) {}
    var position: PlayerPosition {
      state.withLock { PlayerPosition(item: $0.playing, seconds: 0, isPaused: $0.isPaused) }
    }
    func close() async {
      state.withLock { $0.isClosed = true }
      reports.finish()
    }
  }

  /// Outputs by what is asked for, and what cannot be had.
  final class FakeSoundSystem: Sendable {
    private struct State {
      var outputs: [String: FakeOutput] = [:]
      var missing: [String: DeviceUnavailableError] = [:]
      var tries = 0
    }

    private let state = Mutex(State())

    var tries: Int { state.withLock { $0.tries } }

    /// The last output for `alsa:hw:1` or `alsa:hw:1 fluidsynth`.
    func output(_ name: String) -> FakeOutput? { state.withLock { $0.outputs[name] } }

    func unplug(_ target: String, isBusy: Bool = false) {
      let error = DeviceUnavailableError(reason: "\(target): not there", isBusy: isBusy)
      state.withLock { $0.missing[target] = error }
    }

    func plug(_ target: String) { state.withLock { $0.missing[target] = nil } }

    var opening: Conductor.SoundOpening {
      Conductor.SoundOpening(
        open: { [self] configuration, _, notice in
          let output = FakeOutput()
          let target = configuration.target.description
          let name = configuration.synthesizer == .sine ? target : "\(target) \(configuration.synthesizer)"
          let error = state.withLock { state in
            state.tries += 1
            if state.missing[target] == nil { state.outputs[name] = output }
            return state.missing[target]
          }
          if let error { throw error }
          let player = Player(output: output, configuration: configuration, notice: notice)
          await player.begin()
          return player
        }, patience: .milliseconds(20)...(.milliseconds(100)))
    }
  }

  /// The real output into a device that only records, and that takes little of a piece before the next one is queued: so
  /// no test depends on who is faster.
  final class GatedOutput: PlayerOutput {
    private final class Sink: AudioSink, @unchecked Sendable {
      static let periodFrames = 160
      let name = "recording"
      let recorded = Mutex<[Float]>([])
      let isOpen = Mutex(false)
      let pieceFrames: Int
      let pieceCount: @Sendable () -> Int
      /// The audio thread's: frames since the first sound.
      private var frames = 0

      init(pieceFrames: Int, pieceCount: @escaping @Sendable () -> Int) {
        self.pieceFrames = pieceFrames
        self.pieceCount = pieceCount
      }

      func open(mustHaveRate: Int?) throws(SinkError) -> SinkFormat {
        SinkFormat(
          sampleRate: 8_000, channelCount: 2, periodFrames: Self.periodFrames, bufferFrames: 800, sampleFormat: "FLOAT")
      }

      func write(left: UnsafePointer<Float>, right: UnsafePointer<Float>, frameCount: Int) -> Int32 {
        let block = UnsafeBufferPointer(start: left, count: frameCount)
        if frames > 0 || block.contains(where: { $0 != 0 }) { frames += frameCount }
        // Two periods into the last piece: that it has begun is said after the period.
        while frames > (pieceCount() - 1) * pieceFrames + 2 * Self.periodFrames, !isOpen.withLock({ $0 }) {
          usleep(500)
        }
        recorded.withLock { $0 += block }
        return 0
      }

      var delayFrames: Int { 0 }
      var xrunCount: Int { 0 }
      func close() {}
    }

    private let items: ItemList
    private let sink: Sink
    private let output: AudioOutput

    private final class ItemList: Sendable {
      let all = Mutex<[PlayerItem]>([])
    }

    init(pieceFrames: Int, timbres: [String: Timbre]) throws {
      let items = ItemList()
      let sink = Sink(pieceFrames: pieceFrames) { items.all.withLock { $0.count } }
      (self.items, self.sink) = (items, sink)
      output = try AudioOutput(sink: sink, options: .init(priority: 0)) {
        SineEngine(sampleRate: $0, timbres: timbres)
      }
    }

    var events: AsyncStream<PlayerEvent> { output.events }
    var pieces: [Piece] { items.all.withLock { $0.map(\.piece) } }
    /// Left channel.
    var recorded: [Float] { sink.recorded.withLock { $0 } }

    func enqueue(_ item: PlayerItem) {
      output.enqueue(item)
      // Only then may the device go on.
      items.all.withLock { $0.append(item) }
    }

    func skip() { output.skip() }
    func pause() { output.pause() }
    func resume() { output.resume() }
    func stop() { output.stop() }
    func setVolume(_ volume: Double) { output.setVolume(volume) }
    var position: PlayerPosition { output.position }
    func close() async {
      sink.isOpen.withLock { $0 = true }
      await output.close()
    }
  }
#endif
