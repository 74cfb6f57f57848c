import CSndFile
import Foundation
import Testing

@testable import Core

/// Audio files, read back through libsndfile or byte by byte.
@Suite struct AudioFileTests {
  /// A chord, at a volume.
  static func piece(volume: Double) -> Piece {
    var settings = PerformanceSettings()
    settings.volume = ConfigurationNumber(volume)
    settings.stepSeconds = 0.25
    settings.location = ConfigurationNumber(0.25)
    return Piece(
      roll: PianoRoll(rowTexts: ["0110", "1110", "0011"])!, settings: settings, score: ScoreBreakdown(entries: []),
      provenance: nil)
  }

  /// Calls `body` with an empty folder that goes afterwards.
  static func withFolder<T>(_ body: (URL) throws -> T) throws -> T {
    let folder = FileManager.default.temporaryDirectory.appending(path: "rlmusician-tests-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try body(folder)
  }

  static func settings(_ containers: [AudioContainer], _ format: SampleFormat = .float) -> AudioSettings {
    var settings = AudioSettings()
    settings.containers = containers
    settings.sampleFormat = format
    return settings
  }

  /// Left and right of a file, its format and rate.
  static func read(_ file: URL) throws -> (left: [Float], right: [Float], format: Int, rate: Int) {
    var info = SF_INFO()
    let sound = try #require(sf_open(file.path, Int32(SFM_READ), &info))
    defer { sf_close(sound) }
    #expect(info.channels == 2)
    var samples = [Float](repeating: 0, count: 2 * Int(info.frames))
    #expect(sf_readf_float(sound, &samples, info.frames) == info.frames)
    return (
      stride(from: 0, to: samples.count, by: 2).map { samples[$0] },
      stride(from: 1, to: samples.count, by: 2).map { samples[$0] }, Int(info.format), Int(info.samplerate)
    )
  }

  @Test func floatWAVKeepsEveryBit() throws {
    try Self.withFolder { folder in
      let piece = Self.piece(volume: 3)
      let lines = try AudioFile.write(
        piece, timbres: [:], settings: Self.settings([.wav]), into: folder.path)
      let sound = try render(piece)
      let file = try Self.read(folder.appending(path: "music.wav"))
      #expect(file.left == sound.left)
      #expect(file.right == sound.right)
      #expect(file.format == SF_FORMAT_WAV | SF_FORMAT_FLOAT)
      #expect(file.rate == 44100)
      #expect(sound.left.contains { abs($0) > 1 })
      #expect(lines.isEmpty)
      let bytes = [UInt8](try Data(contentsOf: folder.appending(path: "music.wav")))
      let expected: [UInt8] =
        Array("RIFF".utf8) + Self.little(UInt32(bytes.count - 8)) + Array("WAVE".utf8)  // form
        + Array("fmt ".utf8) + Self.little(16) + [3, 0, 2, 0]  // IEEE float, two channels
        + Self.little(44100) + Self.little(352_800) + [8, 0, 32, 0]  // rate, bytes a second, bytes a frame, bits
        + Array("fact".utf8) + Self.little(4) + Self.little(UInt32(sound.left.count))  // frames
        + Array("PAD ".utf8) + Self.little(24) + [UInt8](repeating: 0, count: 24)  // where a time of day would stand
        + Array("data".utf8) + Self.little(UInt32(8 * sound.left.count))
      #expect(Array(bytes.prefix(expected.count)) == expected)
      #expect(bytes.count == expected.count + 8 * sound.left.count)
    }
  }

  static func little(_ number: UInt32) -> [UInt8] {
    (0..<4).map { UInt8(truncatingIfNeeded: number >> UInt32(8 * $0)) }
  }

  @Test(arguments: [(SampleFormat.pcm16, 32768.0), (.pcm24, 8_388_608)])
  func integersOfAQuietPiece(format: SampleFormat, scale: Double) throws {
    try Self.withFolder { folder in
      let piece = Self.piece(volume: 0.2)
      let lines = try AudioFile.write(
        piece, timbres: [:], settings: Self.settings([.wav, .flac], format), into: folder.path)
      #expect(lines.isEmpty)
      let sound = try render(piece)
      for name in ["music.wav", "music.flac"] {
        let file = try Self.read(folder.appending(path: name))
        #expect(file.left.count == sound.left.count)
        var worst = 0.0
        for (stored, rendered) in zip(file.left + file.right, sound.left + sound.right) {
          worst = max(worst, abs(Double(stored) - Double(rendered)) * scale)
        }
        #expect(worst <= 0.5)
      }
    }
  }

  @Test(arguments: [
    (AudioContainer.wav, SampleFormat.pcm16), (.wav, .pcm24), (.flac, .pcm16), (.flac, .float), (.ogg, .float),
  ])
  func loudPieceIsLimited(container: AudioContainer, format: SampleFormat) throws {
    try Self.withFolder { folder in
      let piece = Self.piece(volume: 3)
      let lines = try AudioFile.write(
        piece, timbres: [:], settings: Self.settings([container], format), into: folder.path)
      #expect(lines.count == 1)
      #expect(lines.first?.hasPrefix("music.\(container.rawValue): the limiter acted") == true)
      let file = try Self.read(folder.appending(path: "music.\(container.rawValue)"))
      let sound = try render(piece)
      #expect(file.left.count == sound.left.count)
      // Clipping would leave runs of the largest value.
      let samples = file.left + file.right
      let top = samples.map(abs).max() ?? 0
      #expect(top > 0.8 && top <= 1)
      #expect(!zip(samples, samples.dropFirst()).contains { abs($0) == top && $0 == $1 })
    }
  }

  @Test func vorbisSoundsLikeThePiece() throws {
    try Self.withFolder { folder in
      let piece = Self.piece(volume: 0.2)
      _ = try AudioFile.write(piece, timbres: [:], settings: Self.settings([.ogg]), into: folder.path)
      let file = try Self.read(folder.appending(path: "music.ogg"))
      let sound = try render(piece)
      #expect(file.format == SF_FORMAT_OGG | SF_FORMAT_VORBIS)
      try #require(file.left.count == sound.left.count)
      let signal = sound.left.reduce(0.0) { $0 + Double($1) * Double($1) }
      let noise = zip(file.left, sound.left).reduce(0.0) { $0 + pow(Double($1.0) - Double($1.1), 2) }
      #expect(10 * log10(signal / noise) > 15)
    }
  }

  @Test func sameBytesEveryTime() throws {
    let contents = try (0..<2).map { _ in
      try Self.withFolder { folder in
        _ = try AudioFile.write(
          Self.piece(volume: 1), timbres: [:], settings: Self.settings([.wav, .flac, .ogg]),
          into: folder.path)
        return try ["wav", "flac", "ogg"].map { try Data(contentsOf: folder.appending(path: "music.\($0)")) }
      }
    }
    #expect(contents[0] == contents[1])
  }

  @Test func noFolder() throws {
    try Self.withFolder { folder in
      let missing = folder.appending(path: "missing").path
      let error = try #require(throws: FileError.self) {
        try AudioFile.write(
          Self.piece(volume: 1), timbres: [:], settings: Self.settings([.wav]), into: missing,
          shownFolder: "out")
      }
      #expect(error.description == "out/music.wav: No such file or directory")
    }
  }

  /// A file-size limit stands for a full disk; it holds for a whole process, hence the process of its own.
  @Test(arguments: AudioContainer.allCases)
  func fullDisk(container: AudioContainer) async {
    await #expect(processExitsWith: .success) { [name = container.rawValue as String] in
      let container = try #require(AudioContainer(rawValue: name))
      signal(SIGXFSZ, SIG_IGN)
      var limit = rlimit(rlim_cur: 20_000, rlim_max: 20_000)
      #expect(setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0)
      try AudioFileTests.withFolder { folder in
        let error = try #require(throws: FileError.self) {
          try AudioFile.write(
            AudioFileTests.piece(volume: 1), timbres: [:],
            settings: AudioFileTests.settings([container]), into: folder.path, shownFolder: "out")
        }
        #expect(error == FileError(.cannotCreate, path: "out/music.\(name)", errno: EFBIG))
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
      }
    }
  }
}
