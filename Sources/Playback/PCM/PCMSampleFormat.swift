import CALSA

/// The sample formats we speak, in the order they are asked for, and how floats become each.
enum PCMSampleFormat: UInt8, CaseIterable {
  case float, s32, s24, s24Packed, s16

  /// alsa-lib's name of it, in this machine's byte order.
  var alsaFormat: snd_pcm_format_t {
    switch self {
    case .float: SND_PCM_FORMAT_FLOAT
    case .s32: SND_PCM_FORMAT_S32
    case .s24: SND_PCM_FORMAT_S24
    case .s24Packed: SND_PCM_FORMAT_S24_3LE
    case .s16: SND_PCM_FORMAT_S16
    }
  }

  /// For people.
  var name: String {
    switch self {
    case .float: "FLOAT"
    case .s32: "S32"
    case .s24: "S24"
    case .s24Packed: "S24_3LE"
    case .s16: "S16"
    }
  }

  /// Bytes a sample takes in a frame.
  var byteCount: Int {
    switch self {
    case .float, .s32, .s24: 4
    case .s24Packed: 3
    case .s16: 2
    }
  }

  /// Interleaves a block for a device of `channelCount` channels: one channel gets the mean, further ones silence.
  ///
  /// - Parameter output: Room for `frameCount * channelCount * byteCount` bytes, aligned for the format.
  @_noLocks
  func interleave(
    left: UnsafePointer<Float>, right: UnsafePointer<Float>, frameCount: Int, channelCount: Int,
    into output: UnsafeMutableRawPointer
  ) {
    let stride = channelCount * byteCount
    for frame in 0..<frameCount {
      var place = output + frame * stride
      if channelCount == 1 {
        store(0.5 * (left[frame] + right[frame]), at: place)
        continue
      }
      store(left[frame], at: place)
      place += byteCount
      store(right[frame], at: place)
      for _ in 2..<max(2, channelCount) {
        place += byteCount
        store(0, at: place)
      }
    }
  }

  @_noLocks
  private func store(_ sample: Float, at place: UnsafeMutableRawPointer) {
    switch self {
    case .float: place.storeBytes(of: sample, as: Float.self)
    case .s32: place.storeBytes(of: Self.integer(sample, scale: 2_147_483_648), as: Int32.self)
    case .s24: place.storeBytes(of: Self.integer(sample, scale: 8_388_608), as: Int32.self)
    case .s24Packed:
      let value = UInt32(bitPattern: Self.integer(sample, scale: 8_388_608))
      place.storeBytes(of: UInt8(truncatingIfNeeded: value), as: UInt8.self)
      place.storeBytes(of: UInt8(truncatingIfNeeded: value >> 8), toByteOffset: 1, as: UInt8.self)
      place.storeBytes(of: UInt8(truncatingIfNeeded: value >> 16), toByteOffset: 2, as: UInt8.self)
    case .s16: place.storeBytes(of: Int16(Self.integer(sample, scale: 32_768)), as: Int16.self)
    }
  }

  /// The nearest integer, at most full scale. In double precision, so that 32 bits do not overflow.
  @_noLocks
  private static func integer(_ sample: Float, scale: Double) -> Int32 {
    let scaled = Double(sample) * scale
    let rounded = scaled + (scaled < 0 ? -0.5 : 0.5)
    return Int32(min(scale - 1, max(-scale, rounded)))
  }
}
