internal import CCodecs
internal import Foundation

/// Encodes frames of 48 kHz without end; what it gives are whole packets or frames, so that whoever comes later can begin
/// at any of them. Belongs to one thread.
protocol StreamEncoder: AnyObject {
  /// What every listener gets first, as of now.
  var header: [UInt8] { get }
  /// The frame of the input that is heard first of what `encode` gives next.
  var nextFrame: Int { get }
  /// Encodes frames, left and right in turn.
  ///
  /// - Returns: what is complete; often nothing.
  func encode(_ frames: UnsafeBufferPointer<Float>) -> [UInt8]
  /// From a frame of the input on, another piece is heard.
  func begin(_ title: String, atFrame frame: Int)
}

extension StreamEncoder {
  func begin(_ title: String, atFrame frame: Int) {}
}

/// One encoder for all listeners of a kind: with names in the stream, or without.
struct StreamKind: Hashable {
  var format: StreamFormat
  /// Whether the stream itself says pieces' names; only Ogg can.
  var hasTitles: Bool

  init(_ format: StreamFormat, hasTitles: Bool) {
    self.format = format
    self.hasTitles = hasTitles && format == .opus
  }

  /// - Returns: nil if the library refuses.
  func makeEncoder(title: String) -> (any StreamEncoder)? {
    switch format {
    case .opus: OpusStreamEncoder(title: title, isChained: hasTitles)
    case .mp3: MP3StreamEncoder()
    case .flac: FLACStreamEncoder()
    }
  }
}

/// libopus, 160 kbit/s: at that rate listeners do not tell stereo music from the original.
final class OpusStreamEncoder: StreamEncoder {
  private let encoder: OpaquePointer
  private var stream: OggOpusStream
  private var waiting: [Float] = []
  private var packet = [UInt8](repeating: 0, count: 4000)

  init?(title: String, isChained: Bool) {
    var error: Int32 = 0
    guard let encoder = opus_encoder_create(48_000, 2, OPUS_APPLICATION_AUDIO, &error), error == OPUS_OK else {
      return nil
    }
    self.encoder = encoder
    _ = ccodecs_opus_set_bitrate(encoder, 160_000)
    var lookAhead: Int32 = 0
    _ = ccodecs_opus_get_lookahead(encoder, &lookAhead)
    stream = OggOpusStream(
      lookAhead: Int(lookAhead), serial: UInt32.random(in: 0...UInt32.max), title: title, isChained: isChained)
  }

  deinit { opus_encoder_destroy(encoder) }

  var header: [UInt8] { stream.header }
  var nextFrame: Int { stream.nextFrame }

  func encode(_ frames: UnsafeBufferPointer<Float>) -> [UInt8] {
    waiting.append(contentsOf: frames)
    let size = 2 * OggOpusStream.packetFrames
    var output: [UInt8] = []
    var done = 0
    while waiting.count - done >= size {
      let length = waiting[done..<done + size].withUnsafeBufferPointer { frames in
        frames.baseAddress.map {
          opus_encode_float(encoder, $0, Int32(OggOpusStream.packetFrames), &packet, Int32(packet.count))
        } ?? 0
      }
      // It cannot fail with these arguments; if it did, a packet without data is 20 ms of concealment.
      output += stream.add(length > 0 ? Array(packet[..<Int(length)]) : [0xFC])
      done += size
    }
    waiting.removeFirst(done)
    return output
  }

  func begin(_ title: String, atFrame frame: Int) { stream.begin(title, atFrame: frame) }
}

/// libmp3lame, 192 kbit/s. Without a bit reservoir, so that every frame can be decoded by who comes right then.
final class MP3StreamEncoder: StreamEncoder {
  /// A decoder gives every sample so much later (LAME's delay and its own).
  private static let delay = 576 + 529
  /// A frame's length in samples, and in bytes: at 48 kHz and 192 kbit/s all are the same.
  private static let (frameLength, frameBytes) = (1152, 576)
  /// Frames that are sent together, 96 ms as with the other formats: every block is a write for every listener.
  private static let framesAtOnce = 4

  private let encoder: OpaquePointer
  private var output: [UInt8] = []
  private var waiting: [UInt8] = []
  private var byteCount = 0

  init?() {
    guard let encoder = lame_init() else { return nil }
    self.encoder = encoder
    lame_set_in_samplerate(encoder, 48_000)
    lame_set_num_channels(encoder, 2)
    lame_set_brate(encoder, 192)
    lame_set_disable_reservoir(encoder, 1)
    lame_set_bWriteVbrTag(encoder, 0)
    lame_set_quality(encoder, 4)
    guard lame_init_params(encoder) >= 0 else {
      lame_close(encoder)
      return nil
    }
  }

  deinit { lame_close(encoder) }

  var header: [UInt8] { [] }
  var nextFrame: Int { byteCount / Self.frameBytes * Self.frameLength - Self.delay }

  func encode(_ frames: UnsafeBufferPointer<Float>) -> [UInt8] {
    let count = frames.count / 2
    // What its header asks for, for every case.
    let room = count * 5 / 4 + 7200
    if output.count < room { output = [UInt8](repeating: 0, count: room) }
    let size = lame_encode_buffer_interleaved_ieee_float(
      encoder, frames.baseAddress, Int32(count), &output, Int32(output.count))
    guard size > 0 else { return [] }
    waiting += output[..<Int(size)]
    guard waiting.count >= Self.framesAtOnce * Self.frameBytes else { return [] }
    byteCount += waiting.count
    defer { waiting = [] }
    return waiting
  }
}

/// libFLAC, 16 bits.
final class FLACStreamEncoder: StreamEncoder {
  private final class Bytes {
    var header: [UInt8] = []
    var frames: [UInt8] = []
    var count = 0
  }

  private let encoder: UnsafeMutablePointer<FLAC__StreamEncoder>
  private let bytes = Bytes()

  init?() {
    guard let encoder = FLAC__stream_encoder_new() else { return nil }
    self.encoder = encoder
    FLAC__stream_encoder_set_channels(encoder, 2)
    FLAC__stream_encoder_set_bits_per_sample(encoder, 16)
    FLAC__stream_encoder_set_sample_rate(encoder, 48_000)
    FLAC__stream_encoder_set_compression_level(encoder, 3)
    let status = FLAC__stream_encoder_init_stream(
      encoder,
      { _, data, count, samples, _, user in
        guard let data, let user else { return FLAC__STREAM_ENCODER_WRITE_STATUS_FATAL_ERROR }
        let bytes = Unmanaged<Bytes>.fromOpaque(user).takeUnretainedValue()
        let part = UnsafeBufferPointer(start: data, count: count)
        // Whatever is no sound comes before the first frame.
        if samples == 0 { bytes.header += part } else { bytes.frames += part }
        bytes.count += Int(samples)
        return FLAC__STREAM_ENCODER_WRITE_STATUS_OK
      }, nil, nil, nil, Unmanaged.passUnretained(bytes).toOpaque())
    guard status == FLAC__STREAM_ENCODER_INIT_STATUS_OK else {
      FLAC__stream_encoder_delete(encoder)
      return nil
    }
  }

  deinit {
    FLAC__stream_encoder_finish(encoder)
    FLAC__stream_encoder_delete(encoder)
  }

  var header: [UInt8] { bytes.header }
  var nextFrame: Int { bytes.count }

  func encode(_ frames: UnsafeBufferPointer<Float>) -> [UInt8] {
    let samples = frames.map { Int32((min(1, max(-1, $0)) * 32_767).rounded()) }
    FLAC__stream_encoder_process_interleaved(encoder, samples, UInt32(samples.count / 2))
    defer { bytes.frames = [] }
    return bytes.frames
  }
}
