internal import CRealtime
internal import Core
internal import Foundation
internal import Logging
internal import Synchronization

/// The control side of live sound: pieces in, reports out; owns the audio thread and everything it reads.
public final class AudioOutput: PlayerOutput {
  /// How it is to run.
  struct Options: Sendable {
    /// Gain at the beginning, 0...1.
    var volume = 1.0
    /// Silence after which the device is released, seconds.
    var idleSeconds = 5.0
    /// SCHED_FIFO priority to ask for; 0 for none.
    var priority = AudioThread.ordinaryPriority
    /// Whether a person should know that the priority was refused: nobody hears it where nothing is heard.
    var saysOrdinaryPriority = false
    /// Seconds that the device may take to open, or to accept a period: more than the slowest sound server needs.
    var longestSilence = 30.0
    /// Whose listeners hear what the device gets.
    var stream: SoundStream?
  }

  /// Reports, in order. One consumer.
  public let events: AsyncStream<PlayerEvent>
  /// What the device agreed to.
  let format: SinkFormat
  /// The device's name.
  let deviceName: String

  private struct State {
    /// Everything that the audio side may still read, by its sequence number, with the item's own number.
    var timelines: [UInt64: (timeline: PieceTimeline, item: UInt64)] = [:]
    /// What does not fit the audio side's own list yet.
    var backlog: [PieceTimeline] = []
    var sentCount = 0
    var lastSequence: UInt64 = 0
    var isPaused = false
    var isClosed = false
  }

  private let state = Mutex(State())
  /// The port `Input`, which is open as long as the output.
  private let input = Mutex<SequencerInput?>(nil)
  // The engine lives as long as the loop; only `timeline(of:)` is called here, which is the control side's.
  private nonisolated(unsafe) let engine: PartMute
  private nonisolated(unsafe) let loop: RenderLoop
  private let thread: AudioThread
  private let saysOrdinaryPriority: Bool
  private let stream: SoundStream?
  private let priority: Int32
  private let reports: AsyncStream<PlayerEvent>.Continuation
  private let logger = PlaybackLog.logger("playback")

  /// Opens the device, makes the engine for its rate and starts the audio thread.
  ///
  /// - Parameters:
  ///   - sink: The device, not open yet.
  ///   - options: How it is to run.
  ///   - makeEngine: The engine for a sample rate.
  /// - Throws: `SinkError` if the device cannot be had; `SystemThread.RefusedError`; whatever `makeEngine` throws.
  init(sink: any AudioSink, options: Options = Options(), makeEngine: (Int) throws -> any SoundEngine) throws {
    format = try Self.open(sink, priority: options.priority)
    deviceName = sink.name
    do {
      engine = PartMute(try makeEngine(format.sampleRate))
    } catch {
      sink.close()
      throw error
    }
    loop = RenderLoop(engine: engine, volume: Float(options.volume))
    saysOrdinaryPriority = options.saysOrdinaryPriority
    stream = options.stream
    priority = options.priority
    stream?.tap.sampleRate.store(format.sampleRate, ordering: .relaxed)
    thread = AudioThread(
      loop: loop, sink: sink, format: format, idleSeconds: options.idleSeconds, priority: options.priority,
      longestSilence: options.longestSilence, tap: options.stream?.tap)
    (events, reports) = AsyncStream.makeStream(of: PlayerEvent.self)
    guard thread.start() else {
      sink.close()
      throw SystemThread.RefusedError()
    }
    logger.info("\(sink.name): \(format)")
    let pump = Thread { [self] in carryReports() }
    pump.name = "rlm-reports"
    pump.start()
  }

  /// Opens the device on a thread that has the audio thread's priority: what a plug-in starts to talk to a sound server
  /// inherits it, and would else be starved where the audio thread is not.
  private static func open(_ sink: any AudioSink, priority: Int32) throws -> SinkFormat {
    if priority == 0 { return try sink.open(mustHaveRate: nil) }
    let opening = Opening(sink)
    let isStarted = SystemThread.start {
      _ = rt_thread_become_realtime(priority)
      opening.format = Result { () throws(SinkError) in try opening.sink.open(mustHaveRate: nil) }
      opening.isDone.signal()
    }
    guard isStarted else { throw SystemThread.RefusedError() }
    opening.isDone.wait()
    return try opening.format.get()
  }

  /// Unchecked: the opening thread has it until the signal, the waiting one after that.
  private final class Opening: @unchecked Sendable {
    let sink: any AudioSink
    var format: Result<SinkFormat, SinkError>
    let isDone = DispatchSemaphore(value: 0)

    init(_ sink: any AudioSink) {
      self.sink = sink
      format = .failure(SinkError(operation: "open", device: sink.name, code: EAGAIN, reason: "not opened yet"))
    }
  }

  // MARK: PlayerOutput

  /// Queues an item behind the last one, on its step grid.
  public func enqueue(_ item: PlayerItem) {
    var piece = item.piece
    // A master's tempo takes the place of the piece's, and of how that changes.
    if input.withLock({ $0 })?.isFollowing == true { piece = piece.evenlyPaced }
    let timeline = engine.timeline(of: piece)
    let timing = MIDITiming(piece)
    let quarter = Double(timing.nanoseconds(ofTick: timing.ticksPerQuarter)) * 1e-9
    timeline.contents.pointee.notBefore = item.notBefore ?? 0
    timeline.contents.pointee.framesPerClock = max(1e-3, quarter / 24 * Double(format.sampleRate))
    if let label = item.label { timeline.contents.pointee.streamItem = stream?.number(of: label) ?? 0 }
    let isRefused = state.withLock { state in
      if state.isClosed { return true }
      state.lastSequence += 1
      timeline.item = state.lastSequence
      state.timelines[timeline.item] = (timeline, item.id)
      state.backlog.append(timeline)
      return false
    }
    if isRefused { return }
    sendBacklog()
  }

  /// Fades out and goes on with the next.
  public func skip() { send(.skip) }

  /// Fades out and holds.
  public func pause() {
    state.withLock { $0.isPaused = true }
    send(.pause)
  }

  /// Fades in where it was held.
  public func resume() {
    state.withLock { $0.isPaused = false }
    send(.resume)
  }

  /// Fades out and goes on from another place of the piece.
  public func seek(to seconds: Double) {
    send(.seek, value: seconds.isFinite ? min(1e9, max(0, seconds)) * Double(format.sampleRate) : 0)
  }

  /// Opens the port `Input`. If a master's clock is followed, nothing is heard from now on until that runs.
  ///
  /// - Throws: If there is no sequencer, or the port to hear is not there.
  func hear(_ options: InputOptions) throws(DeviceUnavailableError) {
    let input = try SequencerInput(
      options, report: { [reports] in reports.yield($0) }, follow: { [weak self] in self?.follow($0, $1) })
    if options.sync.source == .clock {
      let bar = FollowedTime.clocks(ofNanoseconds: FollowedTime.bar(options.meter))
      send(.follow, value: options.sync.atStart == .next ? 1 : 0, time: Int64(bar))
    }
    self.input.withLock { $0 = input }
    input.start()
  }

  /// Where the master is, or that it is silent.
  func follow(_ kind: RenderMessage.Kind, _ place: MasterPlace = MasterPlace()) {
    state.withLock { _ in
      _ = loop.commands.push(
        RenderMessage(kind: kind, value: place.position, time: place.nanoseconds, tempo: place.tempo))
    }
    rt_event_signal(thread.wakeEvent)
  }

  /// Drops everything.
  public func stop() {
    let dropped = state.withLock { state in
      let dropped = state.backlog.compactMap { state.timelines.removeValue(forKey: $0.item)?.item }
      state.backlog = []
      return dropped
    }
    for item in dropped { reports.yield(.finished(item)) }
    send(.stop)
  }

  /// Glides to a loudness.
  public func setVolume(_ volume: Double) { send(.volume, value: volume.isFinite ? min(1, max(0, volume)) : 0) }

  /// Parts whose notes do not begin from now on.
  public func mute(_ parts: Set<Int>) { engine.mute(parts) }

  /// What has been heard of which item.
  public var position: PlayerPosition {
    let current = loop.playhead.current
    let delay = loop.playhead.delayFrames.load(ordering: .relaxed) + loop.limiterFrames
    return state.withLock { state in
      let item = state.timelines.first { UInt16(truncatingIfNeeded: $0.key) == current.itemBits }?.value.item
      let frames = item == nil ? 0 : max(0, current.frames - delay)
      return PlayerPosition(
        item: item, seconds: Double(frames) / Double(format.sampleRate), isPaused: state.isPaused)
    }
  }

  /// Whether a driver does not give the audio thread back.
  public var isStuck: Bool {
    !thread.hasEnded.load(ordering: .acquiring)
      && rt_monotonic_nanoseconds() > thread.aliveUntil.load(ordering: .relaxed)
  }

  /// Fades out, ends the thread, closes the device.
  public func close() async {
    let wasClosed = state.withLock { state in
      defer { state.isClosed = true }
      return state.isClosed
    }
    if !wasClosed {
      input.withLock { $0 }?.close()
      send(.quit)
    }
    // A driver that never returns must not hold the program: after two seconds the thread is left behind.
    let deadline = rt_monotonic_nanoseconds() + 2_000_000_000
    while !thread.hasEnded.load(ordering: .acquiring) {
      if rt_monotonic_nanoseconds() > deadline {
        logger.warning("\(deviceName) does not return; it is left to the system")
        break
      }
      try? await Task.sleep(for: .milliseconds(5))
    }
    reports.finish()
    if !wasClosed {
      logger.info(
        "\(deviceName): \(writtenFrames) frames (\(Double(writtenFrames) / Double(format.sampleRate)) s), \(xrunCount) xruns, \(cpuSeconds) s of CPU"
      )
    }
  }

  // MARK: Counters

  /// Times the device ran dry.
  public var xrunCount: Int { loop.playhead.xrunCount.load(ordering: .relaxed) }
  /// CPU time of the audio thread, seconds.
  public var cpuSeconds: Double { Double(thread.cpuNanoseconds.load(ordering: .relaxed)) * 1e-9 }
  /// Frames handed to the device.
  public var writtenFrames: Int { loop.playhead.writtenFrames.load(ordering: .relaxed) }

  // MARK: Messages

  private func send(_ kind: RenderMessage.Kind, value: Double = 0, time: Int64 = 0) {
    // Under the lock, because the queue has one producer at a time. A full queue (1024 key presses in a period) drops.
    state.withLock { _ in _ = loop.commands.push(RenderMessage(kind: kind, value: value, time: time)) }
    rt_event_signal(thread.wakeEvent)
  }

  private func sendBacklog() {
    state.withLock { state in
      while state.sentCount < RenderLoop.waitingCapacity, let timeline = state.backlog.first {
        guard loop.commands.push(RenderMessage(kind: .play, item: timeline.item, piece: timeline.contents)) else {
          break
        }
        state.backlog.removeFirst()
        state.sentCount += 1
      }
    }
    rt_event_signal(thread.wakeEvent)
  }

  /// The reports' thread: takes what the audio side says until that has ended.
  private func carryReports() {
    while true {
      _ = rt_event_wait(thread.reportEvent, -1)
      while let report = loop.reports.pop() { carry(report) }
      if thread.hasEnded.load(ordering: .acquiring), loop.reports.isEmpty { break }
    }
    reports.finish()
  }

  private func carry(_ report: RenderMessage) {
    switch report.kind {
    case .started: if let item = item(of: report) { reports.yield(.started(item)) }
    case .finished: if let item = item(of: report) { reports.yield(.finished(item)) }
    case .returned:
      state.withLock { state in
        state.timelines[report.item] = nil
        state.sentCount -= 1
      }
      sendBacklog()
    case .idle:
      let delay = loop.playhead.delayFrames.load(ordering: .relaxed)
      Thread.sleep(forTimeInterval: min(2, Double(delay) / Double(format.sampleRate)))
      reports.yield(.idle)
    case .deviceLost:
      let reason = String(cString: strerror(Int32(report.value)))
      reports.yield(.deviceLost("\(deviceName): \(reason)"))
    case .deviceBack: reports.yield(.deviceBack)
    case .ordinaryPriority where saysOrdinaryPriority: askDesktop()
    case .deviceReleased: logger.debug("\(deviceName) is released until there is something to play")
    default: break
    }
  }

  /// The user has no right of his own to real-time priority: the desktop may grant it.
  private func askDesktop() {
    do {
      let granted = try RealtimeKit.promote(thread: thread.number.load(ordering: .relaxed), priority: priority)
      logger.info("real-time priority \(granted), by rtkit")
    } catch {
      reports.yield(
        .remark(
          "the sound has no real-time priority (rtkit: \(error.reason)), so heavy work beside it may be heard; "
            + RealtimePermission.advice))
    }
  }

  private func item(of report: RenderMessage) -> UInt64? {
    state.withLock { $0.timelines[report.item]?.item }
  }
}
