internal import CALSA
internal import Glibc

/// An ALSA playback device: opened by name, configured with what it accepts, written to without waiting for ever.
///
/// Errors are ordinary. An xrun is prepared and written again; suspend is resumed; whatever else is "gone", because an
/// unplugged card answers with one of several numbers: the owner closes and opens again.
final class PCMDevice: AudioSink {
  let name: String
  private(set) var xrunCount = 0

  private let wishedRate: Int
  private let wishedPeriod: Int
  private let wishedBuffer: Int
  private var handle: OpaquePointer?
  private var format = PCMSampleFormat.float
  private var channelCount = 2
  private var bytes: UnsafeMutablePointer<UInt8>
  private var byteCount = 0
  private var blockFrames = 0

  /// A device that has been silent for so long while it should take frames is gone: milliseconds.
  private static let patience: Int32 = 2000
  /// So often a device may want to be prepared, or say that it has room, without taking a frame. PipeWire's plug-in does
  /// both for ever after its server was killed, and needs more memory each time.
  private static let mostFruitlessRecoveries = 3
  private static let mostFruitlessWaits = 1000

  /// - Parameters:
  ///   - name: Given to alsa-lib as it is.
  ///   - rate: Frames per second to ask for.
  ///   - periodFrames: To ask for.
  ///   - bufferFrames: To ask for.
  init(name: String, rate: Int, periodFrames: Int, bufferFrames: Int) {
    self.name = name
    wishedRate = rate
    wishedPeriod = periodFrames
    wishedBuffer = bufferFrames
    bytes = ResidentMemory.allocate(0, 0)
    ALSALog.install()
  }

  deinit {
    close()
    ResidentMemory.deallocate(bytes, byteCount)
  }

  func close() {
    if let handle { snd_pcm_close(handle) }
    handle = nil
  }

  func open(mustHaveRate: Int?) throws(SinkError) -> SinkFormat {
    close()
    do {
      let got = try open(name, rate: mustHaveRate ?? wishedRate)
      if mustHaveRate == nil || mustHaveRate == got.sampleRate { return got }
      close()
    } catch  where error.operation == "snd_pcm_open" {
      throw error
    } catch {}
    // A format, channel count or rate we cannot serve: let alsa-lib convert.
    return try open("plug:'\(name)'", rate: mustHaveRate ?? wishedRate)
  }

  // MARK: Configuration

  private func open(_ pcm: String, rate: Int) throws(SinkError) -> SinkFormat {
    var opened: OpaquePointer?
    try check("snd_pcm_open", snd_pcm_open(&opened, pcm, SND_PCM_STREAM_PLAYBACK, SND_PCM_NONBLOCK))
    guard let opened else { throw error("snd_pcm_open", ENODEV) }
    do {
      let got = try configure(opened, rate: rate)
      handle = opened
      return got
    } catch {
      snd_pcm_close(opened)
      throw error
    }
  }

  private func configure(_ pcm: OpaquePointer, rate: Int) throws(SinkError) -> SinkFormat {
    var hardware: OpaquePointer?
    try check("snd_pcm_hw_params_malloc", snd_pcm_hw_params_malloc(&hardware))
    defer { snd_pcm_hw_params_free(hardware) }
    try check("snd_pcm_hw_params_any", snd_pcm_hw_params_any(pcm, hardware))
    try check(
      "snd_pcm_hw_params_set_access", snd_pcm_hw_params_set_access(pcm, hardware, SND_PCM_ACCESS_RW_INTERLEAVED))
    guard
      let accepted = PCMSampleFormat.allCases.first(where: {
        snd_pcm_hw_params_set_format(pcm, hardware, $0.alsaFormat) == 0
      })
    else { throw error("snd_pcm_hw_params_set_format", EINVAL) }
    var channels: UInt32 = 2
    try check("snd_pcm_hw_params_set_channels_near", snd_pcm_hw_params_set_channels_near(pcm, hardware, &channels))
    var gotRate = UInt32(clamping: rate)
    try check("snd_pcm_hw_params_set_rate_near", snd_pcm_hw_params_set_rate_near(pcm, hardware, &gotRate, nil))
    let stretch = Double(gotRate) / Double(wishedRate)
    var buffer = snd_pcm_uframes_t(Double(wishedBuffer) * stretch)
    try check("snd_pcm_hw_params_set_buffer_size_near", snd_pcm_hw_params_set_buffer_size_near(pcm, hardware, &buffer))
    var period = snd_pcm_uframes_t(Double(wishedPeriod) * stretch)
    try check(
      "snd_pcm_hw_params_set_period_size_near", snd_pcm_hw_params_set_period_size_near(pcm, hardware, &period, nil))
    try check("snd_pcm_hw_params", snd_pcm_hw_params(pcm, hardware))
    try check("snd_pcm_hw_params_get_buffer_size", snd_pcm_hw_params_get_buffer_size(hardware, &buffer))
    try check("snd_pcm_hw_params_get_period_size", snd_pcm_hw_params_get_period_size(hardware, &period, nil))
    guard channels > 0, gotRate > 0, period > 0, buffer >= period else { throw error("snd_pcm_hw_params", EINVAL) }

    var software: OpaquePointer?
    try check("snd_pcm_sw_params_malloc", snd_pcm_sw_params_malloc(&software))
    defer { snd_pcm_sw_params_free(software) }
    try check("snd_pcm_sw_params_current", snd_pcm_sw_params_current(pcm, software))
    // It starts by itself once the buffer is full, and wakes us for every period.
    try check(
      "snd_pcm_sw_params_set_start_threshold",
      snd_pcm_sw_params_set_start_threshold(pcm, software, buffer / period * period))
    try check("snd_pcm_sw_params_set_avail_min", snd_pcm_sw_params_set_avail_min(pcm, software, period))
    try check("snd_pcm_sw_params", snd_pcm_sw_params(pcm, software))

    format = accepted
    channelCount = Int(channels)
    blockFrames = Int(period)
    ResidentMemory.deallocate(bytes, byteCount)
    byteCount = blockFrames * channelCount * format.byteCount
    bytes = ResidentMemory.allocate(byteCount, 0)
    return SinkFormat(
      sampleRate: Int(gotRate), channelCount: channelCount, periodFrames: Int(period), bufferFrames: Int(buffer),
      sampleFormat: accepted.name)
  }

  private func error(_ operation: String, _ code: Int32) -> SinkError {
    let reason =
      switch code {
      case EBUSY: "busy: another program holds the device"
      case ENOENT: "there is no such device"
      case ECONNREFUSED: "the sound server does not answer"
      case EACCES, EPERM: "no permission (is the user in the group audio?)"
      default: String(cString: snd_strerror(code))
      }
    return SinkError(operation: operation, device: name, code: code, reason: reason)
  }

  private func check(_ operation: String, _ result: Int32) throws(SinkError) {
    if result < 0 { throw error(operation, -result) }
  }

  // MARK: Audio side

  var delayFrames: Int {
    guard let handle else { return 0 }
    var delay: snd_pcm_sframes_t = 0
    // Fails with EIO before a stream of PulseAudio has started: then nothing waits.
    return snd_pcm_delay(handle, &delay) == 0 ? max(0, Int(delay)) : 0
  }

  func write(left: UnsafePointer<Float>, right: UnsafePointer<Float>, frameCount: Int) -> Int32 {
    var done = 0
    while done < frameCount {
      let count = min(blockFrames, frameCount - done)
      guard count > 0 else { return ENODEV }
      format.interleave(
        left: left + done, right: right + done, frameCount: count, channelCount: channelCount, into: bytes)
      let code = write(UnsafeMutableRawPointer(bytes), frameCount: count)
      if code != 0 { return code }
      done += count
    }
    return 0
  }

  private func write(_ base: UnsafeMutableRawPointer, frameCount: Int) -> Int32 {
    guard let handle else { return ENODEV }
    var done = 0
    var (recoveries, waits, xruns) = (0, 0, 0)
    while done < frameCount {
      let place = base + done * channelCount * format.byteCount
      let result = snd_pcm_writei(handle, place, snd_pcm_uframes_t(frameCount - done))
      if result > 0 {
        done += result
        xrunCount += xruns  // what never plays again is no xrun but a loss
        (recoveries, waits, xruns) = (0, 0, 0)
        continue
      }
      var code = result == 0 ? EAGAIN : Int32(truncatingIfNeeded: -result)
      if code == EAGAIN {
        let waited = snd_pcm_wait(handle, Self.patience)
        waits += 1
        if waits > Self.mostFruitlessWaits { return EIO }
        if waited > 0 { continue }
        code = waited == 0 ? ETIMEDOUT : -waited
      }
      recoveries += 1
      if recoveries > Self.mostFruitlessRecoveries { return code }
      if code == EPIPE { xruns += 1 }
      code = recover(handle, from: code)
      if code != 0 { return code }
    }
    return 0
  }

  /// What can be cured without opening again.
  ///
  /// - Returns: 0 if writing may go on, else the error.
  private func recover(_ handle: OpaquePointer, from code: Int32) -> Int32 {
    if snd_pcm_state(handle) == SND_PCM_STATE_DISCONNECTED { return ENODEV }
    switch code {
    case EINTR, EAGAIN: return 0
    case EPIPE: return -min(0, snd_pcm_prepare(handle))
    case ESTRPIPE:
      for _ in 0..<50 {
        let resumed = snd_pcm_resume(handle)
        if resumed == 0 { return 0 }
        if resumed != -EAGAIN { break }
        usleep(20_000)
      }
      return -min(0, snd_pcm_prepare(handle))
    default: return code
    }
  }
}
