/// The sound files of a piece: `music.wav`, `music.flac`, `music.ogg`.
public enum AudioFile {
  /// The file's name for a kind.
  public static func name(_ container: AudioContainer) -> String { "music.\(container.rawValue)" }

  /// Renders a piece with the sine synthesizer, once, into all files that the settings ask for.
  ///
  /// - Parameters:
  ///   - timbres: The timbres by name; a part whose timbre is not among them has the standard one.
  ///   - folder: Where the files go.
  ///   - shownFolder: What errors call the folder, if not by its own path.
  ///   - work: Counts the blocks.
  /// - Returns: Lines for people: which file a limiter had to act on.
  /// - Throws: `FileError` (cannot create output), `SynthesisError` if the piece cannot be rendered. No file is left then.
  public static func write(
    _ piece: Piece, timbres: [String: Timbre], settings: AudioSettings, into folder: String,
    shownFolder: String? = nil, work: WorkCounter? = nil
  ) throws -> [String] {
    var renderer = try PieceRenderer(
      piece, timbres: timbres, sampleRate: Double(settings.sampleRate), tail: settings.tail,
      room: settings.reverb)
    return try write(settings: settings, frameCount: renderer.frameCount, into: folder, shownFolder: shownFolder) {
      work?.step()
      return renderer.render(left: $0, right: $1)
    }
  }

  /// The name of a part's sound file: `stem_1_soprano.wav`, from 1 in the score's order.
  public static func stemName(_ part: Part, number: Int, _ container: AudioContainer) -> String {
    "stem_\(number)_\(part.identifier.prefix(100)).\(container.rawValue)"
  }

  /// Renders every part of a piece into files of its own, each as long as the whole: added up, they are the piece's sound
  /// before any limiter.
  ///
  /// Parameters, result and errors are those of `write(_:timbres:settings:into:shownFolder:work:)`.
  public static func writeStems(
    _ piece: Piece, timbres: [String: Timbre], settings: AudioSettings, into folder: String,
    shownFolder: String? = nil, work: WorkCounter? = nil
  ) throws -> [String] {
    var lines: [String] = []
    for (index, part) in piece.parts.enumerated() {
      var renderer = try PieceRenderer(
        piece, timbres: timbres, sampleRate: Double(settings.sampleRate), tail: settings.tail, parts: [index],
        room: settings.reverb)
      lines += try write(
        settings: settings, frameCount: renderer.frameCount, into: folder, shownFolder: shownFolder,
        named: { stemName(part, number: index + 1, $0) }
      ) {
        work?.step()
        return renderer.render(left: $0, right: $1)
      }
    }
    return lines
  }

  /// Names of the files that `writeStems` writes.
  static func stemNames(_ piece: Piece, settings: AudioSettings) -> [String] {
    piece.parts.enumerated().flatMap { index, part in
      settings.containers.map { stemName(part, number: index + 1, $0) }
    }
  }

  /// Writes sound from any source into all files that the settings ask for.
  ///
  /// - Parameters:
  ///   - named: The files' names by kind.
  ///   - frameCount: The frames there will be, as far as known.
  ///   - render: Fills up to `AudioFileWriter.blockFrames` frames of the left and right channel, and returns how many; 0
  ///     at the end.
  public static func write(
    settings: AudioSettings, frameCount: Int, into folder: String, shownFolder: String? = nil,
    named: (AudioContainer) -> String = name,
    render: (UnsafeMutablePointer<Float>, UnsafeMutablePointer<Float>) throws -> Int
  ) throws -> [String] {
    let left = UnsafeMutablePointer<Float>.allocate(capacity: AudioFileWriter.blockFrames)
    let right = UnsafeMutablePointer<Float>.allocate(capacity: AudioFileWriter.blockFrames)
    defer {
      left.deallocate()
      right.deallocate()
    }
    let writers = try settings.containers.map { container in
      try AudioFileWriter(
        path: "\(folder)/\(named(container))", name: "\(shownFolder ?? folder)/\(named(container))",
        container: container, settings: settings, expectedFrames: frameCount)
    }
    while true {
      let count = try render(left, right)
      if count == 0 { break }
      for writer in writers { try writer.write(left: left, right: right, frameCount: count) }
    }
    var lines: [String] = []
    for (container, writer) in zip(settings.containers, writers) {
      let report = try writer.close()
      guard report.limiterActions > 0 else { continue }
      let decibels = (report.lowestGainInDecibels * 10).rounded() / 10
      let times = report.limiterActions == 1 ? "once" : "\(report.limiterActions) times"
      lines.append("\(named(container)): the limiter acted \(times), by \(decibels) dB at most")
    }
    return lines
  }
}
