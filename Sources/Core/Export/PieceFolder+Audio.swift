extension PieceFolder {
  /// Writes a piece's folder with the sine synthesizer's sound.
  ///
  /// - Parameters:
  ///   - timbres: The timbres by name; a piece whose timbre is not among them has the standard one.
  ///   - audio: Which sound files there are to be.
  ///   - options: Which files there are to be that not everybody wants.
  ///   - work: Counts the blocks of sound.
  ///   - others: Writes further files into the folder whose path it is given.
  /// - Throws: As `write(_:to:at:audio:)`.
  public static func write(
    _ piece: Piece, to output: String, at time: Timestamp, timbres: [String: Timbre] = [:], audio: AudioSettings,
    options: FileOptions = FileOptions(), work: WorkCounter? = nil,
    others: (String) throws -> Void = { _ in }
  ) throws -> Written {
    try write(piece, to: output, at: time, options: options) { piece, folder in
      try others(folder)
      return try sound(piece, into: folder, shownFolder: output, timbres, audio, options, work)
    }
  }

  /// Writes a piece's files into a folder that is being made and has none of them, sound included.
  ///
  /// - Parameter shownFolder: what errors call it.
  /// - Returns: what whoever asked for the piece should know, a line each.
  /// - Throws: As `write(_:to:at:audio:)`.
  public static func fill(
    _ folder: String, shownFolder: String, with piece: Piece, timbres: [String: Timbre], audio: AudioSettings,
    options: FileOptions
  ) throws -> [String] {
    try fill(folder, shownFolder: shownFolder, with: piece, options: options) { piece, folder in
      try sound(piece, into: folder, shownFolder: shownFolder, timbres, audio, options, nil)
    }
  }

  private static func sound(
    _ piece: Piece, into folder: String, shownFolder: String, _ timbres: [String: Timbre], _ audio: AudioSettings,
    _ options: FileOptions, _ work: WorkCounter?
  ) throws -> [String] {
    if options.isSourceOnly { return [] }
    do {
      var lines = try AudioFile.write(
        piece, timbres: timbres, settings: audio, into: folder, shownFolder: shownFolder, work: work)
      if options.hasStems {
        lines += try AudioFile.writeStems(
          piece, timbres: timbres, settings: audio, into: folder, shownFolder: shownFolder, work: work)
      }
      return lines
    } catch let error as SynthesisError {
      throw FileError(.cannotCreate, path: "\(shownFolder)/\(AudioFile.name(.wav))", reason: error.reason)
    }
  }
}
