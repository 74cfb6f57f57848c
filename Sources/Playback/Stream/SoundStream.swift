internal import CRealtime
internal import Core
internal import Foundation
internal import Synchronization

/// What is being heard, encoded once a format and sent to any number of listeners.
///
/// The audio thread puts frames into a ring; a thread of this class encodes them and hands them to the listeners' queues.
/// Nobody waits for anybody: who does not empty his queue loses the stream. While nothing plays, silence is sent, so that
/// players keep the connection. Without listeners there is no thread, and nothing is encoded.
public final class SoundStream: Sendable {
  /// Listeners at one time.
  public static let limit = 300
  /// Blocks that wait for one listener at most: some ten seconds.
  private static let queueLength = 128
  private static let markCount = 64
  private static let labelCount: UInt64 = 1024

  /// One listener's blocks.
  public struct Subscription: Sendable {
    /// For `close`.
    public var number: UInt64
    /// What to send, from the header on; ends when the listener was too slow.
    public var blocks: AsyncStream<[UInt8]>
  }

  private struct Listener {
    var kind: StreamKind
    var name: String?
    var continuation: AsyncStream<[UInt8]>.Continuation
    /// The stream's frame that the listener began with; nil as long as nothing was sent.
    var start: Int?
  }

  private struct State {
    var last: UInt64 = 0
    var listeners: [UInt64: Listener] = [:]
    var isRunning = false
    var isOver = false
    var frameCount = 0
    var marks: [StreamMark] = []
    var labels: [UInt64: PieceLabel] = [:]
    var lastLabel: UInt64 = 0
    var title = "rl-musician"
    var countChanged: (@Sendable (Int) -> Void)?
    var marked: (@Sendable (StreamMark) -> Void)?
  }

  let tap = SampleTap()
  private let state = Mutex(State())

  /// A stream that nobody listens to.
  public init() {}

  /// Listeners there are.
  public var count: Int { state.withLock { $0.listeners.count } }

  /// The name of what is being sent.
  public var title: String { state.withLock { $0.title } }

  /// Frames that the encoder came too late for.
  public var lostFrames: Int { tap.lostFrames.load(ordering: .relaxed) }

  /// What was heard lately, in order.
  public var marks: [StreamMark] { state.withLock { $0.marks } }

  /// Calls this with the number of listeners whenever it changes.
  public func whenListenersChange(_ tell: @escaping @Sendable (Int) -> Void) {
    state.withLock { $0.countChanged = tell }
  }

  /// Calls this whenever something else is heard.
  public func whenMarked(_ tell: @escaping @Sendable (StreamMark) -> Void) { state.withLock { $0.marked = tell } }

  /// Where in the stream's time a listener's sound began, seconds; nil if there is no listener of that name, or nothing
  /// was sent yet.
  public func start(of name: String) -> Double? {
    let frame = state.withLock { state in state.listeners.values.first { $0.name == name }?.start }
    return frame.map { Double($0) / Double(StreamFeed.rate) }
  }

  /// Sends what is heard from now on, and a little of what was.
  ///
  /// - Parameters:
  ///   - hasTitles: whether the sound itself carries the pieces' names, where the format can.
  ///   - name: what the listener may be asked for by.
  /// - Returns: nil if there are too many listeners, or it is over.
  public func open(_ format: StreamFormat, hasTitles: Bool = true, name: String? = nil) -> Subscription? {
    let (blocks, continuation) = AsyncStream.makeStream(
      of: [UInt8].self, bufferingPolicy: .bufferingOldest(Self.queueLength))
    let opened = state.withLock { state -> (number: UInt64, starts: Bool)? in
      guard !state.isOver, state.listeners.count < Self.limit else { return nil }
      state.last += 1
      state.listeners[state.last] = Listener(
        kind: StreamKind(format, hasTitles: hasTitles), name: name, continuation: continuation)
      defer { state.isRunning = true }
      return (state.last, !state.isRunning)
    }
    guard let opened else { return nil }
    if opened.starts, !SystemThread.start({ self.run() }) {
      state.withLock { $0.isRunning = false }
      close(opened.number)
      return nil
    }
    tell()
    return Subscription(number: opened.number, blocks: blocks)
  }

  /// Sends no more.
  public func close(_ number: UInt64) {
    let listener = state.withLock { $0.listeners.removeValue(forKey: number) }
    listener?.continuation.finish()
    if listener != nil { tell() }
  }

  /// Ends all listeners, and those to come.
  public func finish() {
    let listeners = state.withLock { state in
      state.isOver = true
      defer { state.listeners = [:] }
      return Array(state.listeners.values)
    }
    for listener in listeners { listener.continuation.finish() }
  }

  private func tell() {
    let (changed, count) = state.withLock { ($0.countChanged, $0.listeners.count) }
    changed?(count)
  }

  /// A number by which the audio thread calls a piece.
  func number(of label: PieceLabel) -> UInt64 {
    state.withLock { state in
      state.lastLabel += 1
      state.labels[state.lastLabel] = label
      if state.lastLabel > Self.labelCount { state.labels[state.lastLabel - Self.labelCount] = nil }
      return state.lastLabel
    }
  }

  // MARK: The encoder's thread

  private func run() {
    rt_thread_name("rlm-encoder")
    rt_thread_block_signals()
    let buffer = UnsafeMutablePointer<Float>.allocate(capacity: StreamFeed.bufferCount)
    defer { buffer.deallocate() }
    tap.clear()
    tap.beginWanting()
    var feed = StreamFeed(
      tap: tap, from: state.withLock { $0.frameCount }, now: Self.seconds, buffer: buffer)
    var channels: [StreamKind: StreamChannel] = [:]
    // What was heard lately, for encoders that begin now.
    var history: [Float] = []
    while goesOn(feed.frameCount) {
      let (frames, marks) = feed.next(now: Self.seconds)
      if !frames.isEmpty {
        let start = feed.frameCount - frames.count / 2
        open(&channels, history, before: start)
        for mark in marks { pass(mark, channels) }
        for (kind, channel) in channels {
          let bytes = frames.withUnsafeBufferPointer { channel.encode($0) }
          if !bytes.isEmpty { deliver(bytes, of: channel, kind) }
        }
        history += frames
        let excess = history.count - Int(2 * StreamFeed.lead * Double(StreamFeed.rate))
        if excess > 0 { history.removeFirst(excess) }
      }
      if frames.count < 4096 { Thread.sleep(forTimeInterval: 0.02) }
    }
  }

  private static var seconds: Double { Double(rt_monotonic_nanoseconds()) * 1e-9 }

  /// Whether somebody listens; else nothing is wanted from the audio thread any more.
  private func goesOn(_ frameCount: Int) -> Bool {
    state.withLock { state in
      state.frameCount = frameCount
      guard state.listeners.isEmpty else { return true }
      state.isRunning = false
      state.marks = []
      tap.endWanting()
      return false
    }
  }

  /// Encoders for the kinds that are listened to; the others go.
  private func open(_ channels: inout [StreamKind: StreamChannel], _ history: [Float], before start: Int) {
    let (kinds, title) = state.withLock { (Set($0.listeners.values.map(\.kind)), $0.title) }
    channels = channels.filter { kinds.contains($0.key) }
    for kind in kinds where channels[kind] == nil {
      guard let encoder = kind.makeEncoder(title: title) else {
        for (number, listener) in state.withLock({ $0.listeners }) where listener.kind == kind { close(number) }
        continue
      }
      let channel = StreamChannel(encoder, origin: start - history.count / 2)
      _ = history.withUnsafeBufferPointer { channel.encode($0) }
      channels[kind] = channel
    }
  }

  private func pass(_ mark: StreamFeed.Mark, _ channels: [StreamKind: StreamChannel]) {
    let (new, isOther, marked) = state.withLock { state in
      let label = state.labels[mark.item]
      let new = StreamMark(
        at: Double(mark.frame) / Double(StreamFeed.rate), piece: label?.id, title: label?.title,
        seconds: mark.seconds, isMoving: mark.isMoving)
      state.marks.append(new)
      if state.marks.count > Self.markCount { state.marks.removeFirst() }
      let isOther = label.map { $0.title != state.title } ?? false
      if let label { state.title = label.title }
      return (new, isOther, state.marked)
    }
    if isOther, let title = new.title {
      for channel in channels.values { channel.encoder.begin(title, atFrame: mark.frame - channel.origin) }
    }
    marked?(new)
  }

  private func deliver(_ bytes: [UInt8], of channel: StreamChannel, _ kind: StreamKind) {
    let listeners = state.withLock { state in
      let mine = state.listeners.filter { $0.value.kind == kind }
      if let start = channel.beginning?.frame {
        for (number, listener) in mine where listener.start == nil { state.listeners[number]?.start = start }
      }
      return mine
    }
    let beginning = listeners.values.contains { $0.start == nil } ? channel.beginning?.bytes ?? bytes : []
    for (number, listener) in listeners {
      if case .enqueued = listener.continuation.yield(listener.start == nil ? beginning : bytes) { continue }
      close(number)
    }
  }
}
