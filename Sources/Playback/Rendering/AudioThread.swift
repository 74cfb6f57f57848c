internal import CRealtime
internal import Glibc
internal import Synchronization

/// The one thread of the audio side: asks the render loop for blocks and writes them to the sink.
///
/// While it plays it neither allocates nor locks nor logs. It opens and closes the device itself, because only one thread
/// may own a device; that happens at the beginning of sound, after a loss and at rest, when no deadline runs.
final class AudioThread: @unchecked Sendable {
  // Unchecked: all but the event descriptors and the atomics belongs to the thread once `start` has been called.

  /// Signalled by the control side after it has pushed a command.
  let wakeEvent: Int32
  /// Signalled by the audio side after it has pushed a report.
  let reportEvent: Int32
  /// The kernel's number of the thread; 0 before it runs.
  let number = Atomic<Int32>(0)
  /// CPU time the thread has used, nanoseconds.
  let cpuNanoseconds = Atomic<Int64>(0)
  /// Until when the thread may be silent, nanoseconds of the monotonic clock: later than that it is stuck in a driver.
  let aliveUntil = Atomic<Int64>(.max)
  /// Set as the thread's last act.
  let hasEnded = Atomic<Bool>(false)

  private let loop: RenderLoop
  private let sink: any AudioSink
  /// Where the stream's listeners hear from; nil for none.
  private let tap: SampleTap?
  private let format: SinkFormat
  private let idleFrames: Int
  private let priority: Int32
  /// Nanoseconds that the sink may take.
  private let longestSilence: Int64
  /// Between two signs of life at rest.
  private let restMilliseconds: Int32
  /// A period of the left channel, then one of the right.
  private let left: UnsafeMutablePointer<Float>
  private let right: UnsafeMutablePointer<Float>
  private var isOpen = true
  private var isLost = false
  private var restingFrames = 0
  private var backOffMilliseconds: Int32 = 0

  /// Above the sound servers' own helpers, below the kernel's interrupt threads.
  static let ordinaryPriority: Int32 = 60
  private static let firstBackOff: Int32 = 100
  private static let longestBackOff: Int32 = 800

  /// - Parameters:
  ///   - loop: What is played; its engine runs at the format's rate.
  ///   - sink: An open device.
  ///   - format: What the device agreed to.
  ///   - idleSeconds: Silence after which the device is released.
  ///   - priority: SCHED_FIFO priority to ask for; 0 asks for none.
  ///   - longestSilence: Seconds that the sink may take to open, or to accept a period, until it counts as stuck.
  ///   - tap: Gets every block too.
  init(
    loop: RenderLoop, sink: any AudioSink, format: SinkFormat, idleSeconds: Double, priority: Int32,
    longestSilence: Double, tap: SampleTap? = nil
  ) {
    self.loop = loop
    self.tap = tap
    self.sink = sink
    self.format = format
    self.priority = priority
    self.longestSilence = Int64(longestSilence * 1e9)
    restMilliseconds = Int32(min(10_000, max(1, longestSilence * 1000 / 3)))
    idleFrames = Int(min(1e9, idleSeconds * Double(format.sampleRate)))
    left = ResidentMemory.allocate(2 * format.periodFrames, 0)
    right = left + format.periodFrames
    wakeEvent = rt_event_make()
    reportEvent = rt_event_make()
  }

  deinit {
    ResidentMemory.deallocate(left, 2 * format.periodFrames)
    Glibc.close(wakeEvent)
    Glibc.close(reportEvent)
  }

  /// Starts the thread, which keeps this object alive until it ends.
  ///
  /// - Returns: false if the system has no thread to give.
  func start() -> Bool {
    var thread = pthread_t()
    let context = Unmanaged.passRetained(self)
    guard pthread_create(&thread, nil, audioThreadMain, context.toOpaque()) == 0 else {
      context.release()
      return false
    }
    pthread_detach(thread)
    return true
  }

  fileprivate func run() {
    rt_thread_block_signals()
    rt_thread_name("rlm-audio")
    rt_thread_flush_denormals()
    rt_thread_lock_stack()
    rt_thread_mark_audio()
    number.store(rt_thread_number(), ordering: .relaxed)
    let refusal = priority > 0 ? rt_thread_become_realtime(priority) : 0
    if refusal != 0 { loop.report(RenderMessage(kind: .ordinaryPriority, value: Double(refusal))) }
    while !loop.isQuitting {
      aliveUntil.store(rt_monotonic_nanoseconds() + longestSilence, ordering: .relaxed)
      let delay = Int64(loop.playhead.delayFrames.load(ordering: .relaxed) + loop.limiterFrames)
      loop.master.hear(at: rt_monotonic_nanoseconds() + delay * 1_000_000_000 / Int64(format.sampleRate))
      loop.takeCommands()
      if isLost { loop.finishFade() }
      if loop.isQuitting { break }
      if loop.isResting { rest() } else { play() }
      wakeControlSide()
    }
    playOut()
    sink.close()
    hasEnded.store(true, ordering: .releasing)
    loop.hasReports = true
    wakeControlSide()
  }

  private func play() {
    restingFrames = 0
    if !isOpen, !reopen() { return }
    loop.render(left: left, right: right, frameCount: format.periodFrames)
    writeBlock()
  }

  private func rest() {
    if isOpen, restingFrames < idleFrames {
      loop.render(left: left, right: right, frameCount: format.periodFrames)
      restingFrames += format.periodFrames
      writeBlock()
      return
    }
    if isOpen {
      sink.close()
      isOpen = false
      loop.report(RenderMessage(kind: .deviceReleased))
      wakeControlSide()
    }
    // Whoever rests is to be heard of too.
    aliveUntil.store(rt_monotonic_nanoseconds() + longestSilence, ordering: .relaxed)
    _ = rt_event_wait(wakeEvent, restMilliseconds)
  }

  private func writeBlock() {
    if let tap {
      let heard = loop.heard
      tap.push(
        left: left, right: right, frameCount: format.periodFrames, item: heard.item, pieceFrame: heard.frame,
        isMoving: heard.isMoving)
    }
    let code = sink.write(left: left, right: right, frameCount: format.periodFrames)
    let playhead = loop.playhead
    playhead.delayFrames.store(sink.delayFrames, ordering: .relaxed)
    playhead.xrunCount.store(sink.xrunCount, ordering: .relaxed)
    playhead.writtenFrames.add(format.periodFrames, ordering: .relaxed)
    cpuNanoseconds.store(rt_thread_cpu_nanoseconds(), ordering: .relaxed)
    if code != 0 { lose(code) }
  }

  private func lose(_ code: Int32) {
    sink.close()
    isOpen = false
    loop.playhead.delayFrames.store(0, ordering: .relaxed)
    if !isLost { loop.report(RenderMessage(kind: .deviceLost, value: Double(code))) }
    isLost = true
    backOffMilliseconds = Self.firstBackOff
  }

  /// Opens the device again; after a failure it waits a while, longer each time, or until a command comes.
  private func reopen() -> Bool {
    do {
      _ = try sink.open(mustHaveRate: format.sampleRate)
    } catch {
      if !isLost { lose(error.code) }
      wakeControlSide()
      _ = rt_event_wait(wakeEvent, backOffMilliseconds)
      backOffMilliseconds = min(Self.longestBackOff, 2 * backOffMilliseconds)
      return false
    }
    isOpen = true
    if isLost {
      isLost = false
      loop.report(RenderMessage(kind: .deviceBack))
      loop.fadeBackIn()
    }
    return true
  }

  /// Silence behind the last fade-out, until that has been heard.
  private func playOut() {
    guard isOpen, restingFrames == 0 else { return }
    left.update(repeating: 0, count: format.periodFrames)
    right.update(repeating: 0, count: format.periodFrames)
    var frames = 0
    while frames < format.bufferFrames {
      if sink.write(left: left, right: right, frameCount: format.periodFrames) != 0 { return }
      frames += format.periodFrames
    }
  }

  private func wakeControlSide() {
    guard loop.hasReports else { return }
    loop.hasReports = false
    rt_event_signal(reportEvent)
  }
}

/// The thread's entry. At file scope: a closure formed in main-actor code would trap here.
@c private func audioThreadMain(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  guard let context else { return nil }
  Unmanaged<AudioThread>.fromOpaque(context).takeRetainedValue().run()
  return nil
}
