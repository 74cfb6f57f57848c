#if Playback
  import CMallocCounter

  @testable import Playback

  /// A device, and a count of what the audio thread does between its calls: that is all of our own code but the
  /// conversion of samples, which RenderPathTests counts. What alsa-lib and the server's plugin do is their affair.
  final class CountingSink: AudioSink, @unchecked Sendable {
    // Unchecked: belongs to the audio thread; the test reads the counts once that has ended.
    private let device: any AudioSink
    private(set) var allocations = 0
    private(set) var frees = 0
    private(set) var locks = 0
    private(set) var blocks = 0
    /// Nothing is counted before the first block, nor while the device is opened.
    private var isCounting = false

    init(_ device: any AudioSink) { self.device = device }

    private func uncounted<Result>(_ call: () -> Result) -> Result {
      if isCounting {
        let counts = malloc_counter_end()
        allocations += counts.allocations
        frees += counts.frees
        locks += counts.locks
      }
      let result = call()
      if isCounting { malloc_counter_begin() }
      return result
    }

    var name: String { device.name }
    var delayFrames: Int { uncounted { device.delayFrames } }
    var xrunCount: Int { uncounted { device.xrunCount } }

    func open(mustHaveRate: Int?) throws(SinkError) -> SinkFormat {
      uncounted {}
      isCounting = false
      return try device.open(mustHaveRate: mustHaveRate)
    }

    func write(left: UnsafePointer<Float>, right: UnsafePointer<Float>, frameCount: Int) -> Int32 {
      let code = uncounted { device.write(left: left, right: right, frameCount: frameCount) }
      blocks += 1
      if !isCounting {
        isCounting = true
        malloc_counter_begin()
      }
      return code
    }

    func close() {
      uncounted {}
      if isCounting { _ = malloc_counter_end() }
      isCounting = false
      device.close()
    }
  }
#endif
