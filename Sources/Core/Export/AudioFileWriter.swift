internal import CSndFile
import Foundation

/// Writes an audio file of two channels, block by block, through libsndfile.
///
/// Every write goes through our own functions, so that a full disk is noticed wherever libsndfile meets it. Integer and
/// lossy files are limited instead of clipped; float files keep peaks above 1. The bytes depend on the samples only: no
/// time of day and no random number is stored.
public final class AudioFileWriter {
  /// What a finished file says of itself.
  public struct Report: Sendable, Hashable {
    /// Times the limiter began to act.
    public var limiterActions = 0
    /// The limiter's lowest gain in decibels: 0 if it never acted, else less.
    public var lowestGainInDecibels = 0.0
  }

  /// The most frames a block may have.
  public static let blockFrames = 4096
  /// Bytes of samples beyond which a WAV file would not fit its 32-bit sizes, and RF64 is written.
  static let largestWAVBytes = Int(UInt32.max) - 65_536

  /// Vorbis may overshoot what it was given, so its sound is kept 0.3 dB below full scale.
  private static let vorbisCeiling: Float = 0.966
  private static let vorbisQuality = 0.6

  private let container: AudioContainer
  private let name: String
  private let path: String
  private let file: AudioFileBytes
  private var sound: OpaquePointer?
  private var limiter: Limiter?
  /// Output frames of the limiter that come before the first of the file.
  private var framesToSkip = 0
  private let left: UnsafeMutablePointer<Float>
  private let right: UnsafeMutablePointer<Float>
  private let interleaved: UnsafeMutablePointer<Float>
  /// For integer files: bits of a sample (0: not an integer file), and the rounded samples at the top of 32 bits.
  private let bits: Int
  private let integers: UnsafeMutablePointer<Int32>

  /// Creates the file; there must be none yet.
  ///
  /// - Parameters:
  ///   - path: Where the file goes.
  ///   - name: What errors call it, if not `path`.
  ///   - expectedFrames: The frames it will have, as far as known: decides between WAV and RF64.
  /// - Throws: `FileError` (cannot create output).
  public init(
    path: String, name: String? = nil, container: AudioContainer, settings: AudioSettings, expectedFrames: Int
  ) throws(FileError) {
    let sampleFormat = settings.sampleFormat
    let shownName = name ?? path
    let file = try AudioFileBytes(path: path, name: shownName)
    var info = SF_INFO()
    info.samplerate = Int32(clamping: settings.sampleRate)
    info.channels = 2
    info.format = Self.format(container, sampleFormat, frames: expectedFrames)
    guard let sound = file.openSound(&info) else {
      let reason = String(cString: sf_strerror(nil))
      unlink(path)
      throw FileError(.cannotCreate, path: shownName, reason: reason)
    }
    sf_command(sound, Int32(SFC_SET_ADD_PEAK_CHUNK), nil, Int32(SF_FALSE))
    var quality = Self.vorbisQuality
    sf_command(sound, Int32(SFC_SET_VBR_ENCODING_QUALITY), &quality, Int32(MemoryLayout<Double>.size))
    self.container = container
    self.name = shownName
    self.path = path
    self.file = file
    self.sound = sound
    left = .allocate(capacity: Self.blockFrames)
    right = .allocate(capacity: Self.blockFrames)
    interleaved = .allocate(capacity: 2 * Self.blockFrames)
    integers = .allocate(capacity: 2 * Self.blockFrames)
    bits =
      container == .ogg || (container == .wav && sampleFormat == .float) ? 0 : sampleFormat == .pcm16 ? 16 : 24
    if bits > 0 || container == .ogg {
      // The largest integer is one step below full scale.
      let ceiling = bits > 0 ? 1 - 1 / Float(1 << (bits - 1)) : Self.vorbisCeiling
      let limiter = Limiter(sampleRate: Double(settings.sampleRate), ceiling: ceiling)
      framesToSkip = limiter.latencyFrames
      self.limiter = consume limiter
    }
  }

  deinit {
    // Not closed: whatever is there is not whole.
    if let sound {
      sf_close(sound)
      unlink(path)
    }
    left.deallocate()
    right.deallocate()
    interleaved.deallocate()
    integers.deallocate()
  }

  private static func format(_ container: AudioContainer, _ samples: SampleFormat, frames: Int) -> Int32 {
    let bytes = samples == .float ? 8 : samples == .pcm24 ? 6 : 4
    switch container {
    case .wav:
      let kind = samples == .float ? SF_FORMAT_FLOAT : samples == .pcm24 ? SF_FORMAT_PCM_24 : SF_FORMAT_PCM_16
      let outer = frames > largestWAVBytes / bytes ? SF_FORMAT_RF64 : SF_FORMAT_WAV
      return Int32(outer | kind)
    case .flac:
      let kind = samples == .pcm16 ? SF_FORMAT_PCM_16 : SF_FORMAT_PCM_24
      return Int32(SF_FORMAT_FLAC | kind)
    case .ogg:
      return Int32(SF_FORMAT_OGG | SF_FORMAT_VORBIS)
    }
  }

  /// Appends a block.
  ///
  /// - Precondition: `frameCount` is at most `blockFrames`, and the file is not closed.
  /// - Throws: `FileError` (cannot create output).
  public func write(
    left newLeft: UnsafePointer<Float>, right newRight: UnsafePointer<Float>, frameCount: Int
  ) throws(FileError) {
    precondition(frameCount <= Self.blockFrames && sound != nil)
    left.update(from: newLeft, count: frameCount)
    right.update(from: newRight, count: frameCount)
    limiter?.process(left: left, right: right, frameCount: frameCount)
    let skipped = min(framesToSkip, frameCount)
    framesToSkip -= skipped
    for frame in skipped..<frameCount {
      interleaved[2 * (frame - skipped)] = left[frame]
      interleaved[2 * (frame - skipped) + 1] = right[frame]
    }
    let count = frameCount - skipped
    guard count > 0 else { return }
    let written = bits > 0 ? writeIntegers(count) : sf_writef_float(sound, interleaved, sf_count_t(count))
    guard written == sf_count_t(count), file.failure == nil else { throw failure() }
  }

  /// Rounds here: libsndfile's own conversion truncates when it clips, or scales by one step less than it reads by.
  private func writeIntegers(_ count: Int) -> sf_count_t {
    let scale = Double(1 << (bits - 1))
    for index in 0..<2 * count {
      let value = (Double(interleaved[index]) * scale).rounded(.toNearestOrEven)
      integers[index] = Int32(max(-scale, min(scale - 1, value))) << Int32(32 - bits)
    }
    return sf_writef_int(sound, integers, sf_count_t(count))
  }

  /// Writes what the limiter still holds, and closes the file.
  ///
  /// - Throws: `FileError` (cannot create output); the file is then gone.
  public func close() throws(FileError) -> Report {
    var report = Report()
    if let latency = limiter?.latencyFrames {
      var rest = latency
      let silence = UnsafeMutablePointer<Float>.allocate(capacity: Self.blockFrames)
      silence.initialize(repeating: 0, count: Self.blockFrames)
      defer { silence.deallocate() }
      while rest > 0 {
        let count = min(rest, Self.blockFrames)
        try write(left: silence, right: silence, frameCount: count)
        rest -= count
      }
      report.limiterActions = limiter?.actionCount ?? 0
      report.lowestGainInDecibels = 20 * log10(limiter?.lowestGain ?? 1)
    }
    let closed = sf_close(sound)
    sound = nil
    guard closed == 0, file.failure == nil else {
      let error = failure()
      unlink(path)
      throw error
    }
    if container == .ogg { try OggStream.setSerialNumber(0x726C_6D75, of: file) }
    return report
  }

  private func failure() -> FileError {
    if let code = file.failure { return FileError(.cannotCreate, path: name, errno: code) }
    return FileError(.cannotCreate, path: name, reason: sound.map { String(cString: sf_strerror($0)) } ?? "not written")
  }
}
