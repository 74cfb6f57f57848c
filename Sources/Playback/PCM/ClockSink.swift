internal import CRealtime

/// A device that hears nothing, paced by the clock: `--play null`. Shows everything a device would, without one.
final class ClockSink: AudioSink {
  let name = "null"
  private let format: SinkFormat
  private var startNanoseconds: Int64?
  private var writtenFrames = 0

  /// - Parameters:
  ///   - sampleRate: Frames per second.
  ///   - periodFrames: A block.
  ///   - bufferFrames: How far writing may be ahead of the clock.
  init(sampleRate: Int, periodFrames: Int, bufferFrames: Int) {
    format = SinkFormat(
      sampleRate: sampleRate, channelCount: 2, periodFrames: periodFrames, bufferFrames: bufferFrames,
      sampleFormat: "FLOAT")
  }

  func open(mustHaveRate: Int?) throws(SinkError) -> SinkFormat {
    startNanoseconds = nil
    writtenFrames = 0
    return format
  }

  private var heardFrames: Int {
    guard let startNanoseconds else { return 0 }
    let elapsed = Double(rt_monotonic_nanoseconds() - startNanoseconds)
    return Int(elapsed * 1e-9 * Double(format.sampleRate))
  }

  var delayFrames: Int { max(0, writtenFrames - heardFrames) }
  private(set) var xrunCount = 0

  func write(left: UnsafePointer<Float>, right: UnsafePointer<Float>, frameCount: Int) -> Int32 {
    if startNanoseconds == nil {
      startNanoseconds = rt_monotonic_nanoseconds()
    } else if heardFrames > writtenFrames {
      xrunCount += 1
      startNanoseconds = rt_monotonic_nanoseconds()
      writtenFrames = 0
    }
    writtenFrames += frameCount
    let ahead = writtenFrames - heardFrames - format.bufferFrames
    if ahead > 0 { rt_sleep_nanoseconds(Int64(Double(ahead) / Double(format.sampleRate) * 1e9)) }
    return 0
  }

  func close() {}
}
