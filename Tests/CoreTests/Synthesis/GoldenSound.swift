import Foundation

@testable import Core

/// What the original computed for one roll: its arguments, its events TSV, and facts about its WAV.
struct GoldenSound {
  static let ids = ["01", "02", "03", "04", "07", "11"]
  static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Fixtures/golden")

  let piece: Piece
  let eventsText: String
  let frameCount: Int
  let peak: Double
  /// Frame, left, right.
  let probes: [[Double]]
  /// RMS of the left channel in blocks of 4410 frames.
  let blockLevels: [Double]

  private struct File: Decodable {
    struct Sine: Decodable {
      struct Arguments: Decodable {
        var timbre: String
        var step_in_seconds: Double
        var volume: Double
        var location: Double?
        var effects: String?
      }
      var tsv_kwargs: Arguments
      var frames: Int
      var peak_abs: Double
      var probe_frames_left_right: [[Double]]
      var block_rms_left_4410: [Double]
    }
    var roll: [String]
    var lowest_note: String
    var sine: Sine
  }

  init(_ id: String) throws {
    let file = try JSONDecoder().decode(
      File.self, from: Data(contentsOf: Self.folder.appending(path: "midi/\(id).json")))
    var settings = PerformanceSettings()
    settings.lowestNote = MIDIKey(name: file.lowest_note)!
    settings.stepSeconds = file.sine.tsv_kwargs.step_in_seconds
    settings.timbre = file.sine.tsv_kwargs.timbre
    settings.volume = ConfigurationNumber(file.sine.tsv_kwargs.volume)
    if let location = file.sine.tsv_kwargs.location { settings.location = ConfigurationNumber(location) }
    settings.effects = file.sine.tsv_kwargs.effects ?? ""
    piece = Piece(
      roll: PianoRoll(rowTexts: file.roll)!, settings: settings, score: ScoreBreakdown(entries: []), provenance: nil)
    eventsText = try String(contentsOf: Self.folder.appending(path: "sine/\(id).tsv"), encoding: .utf8)
    frameCount = file.sine.frames
    peak = file.sine.peak_abs
    probes = file.sine.probe_frames_left_right
    blockLevels = file.sine.block_rms_left_4410
  }

  /// The samples of `sine/ID.wav.gz` in `folder`, frame by frame left and right.
  static func samples(_ id: String, folder: URL = Self.folder.appending(path: "sine")) throws -> [Double] {
    let unzip = Process()
    unzip.executableURL = URL(filePath: "/usr/bin/env")
    unzip.arguments = ["gzip", "-dc", folder.appending(path: "\(id).wav.gz").path]
    let pipe = Pipe()
    unzip.standardOutput = pipe
    try unzip.run()
    let bytes = try pipe.fileHandleForReading.readToEnd() ?? Data()
    unzip.waitUntilExit()
    // The data chunk begins at byte 58 and reaches the file's end: see SPEC.md.
    return bytes.dropFirst(58).withUnsafeBytes { data in
      (0..<data.count / 8).map { Double(bitPattern: data.loadUnaligned(fromByteOffset: 8 * $0, as: UInt64.self)) }
    }
  }
}

/// Both channels of a piece, rendered offline.
func render(_ piece: Piece, timbres: [String: Timbre] = [:], parts: Set<Int>? = nil) throws -> (
  left: [Float], right: [Float]
) {
  var renderer = try PieceRenderer(piece, timbres: timbres, sampleRate: 44100, parts: parts)
  var left: [Float] = []
  var right: [Float] = []
  var leftBlock = [Float](repeating: .nan, count: PieceRenderer.blockFrames)
  var rightBlock = leftBlock
  while true {
    let count = leftBlock.withUnsafeMutableBufferPointer { leftBuffer in
      rightBlock.withUnsafeMutableBufferPointer { rightBuffer in
        renderer.render(left: leftBuffer.baseAddress!, right: rightBuffer.baseAddress!)
      }
    }
    guard count > 0 else { return (left, right) }
    left += leftBlock[..<count]
    right += rightBlock[..<count]
  }
}
