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
      if options.isSourceOnly { return [] }
      do {
        var lines = try AudioFile.write(
          piece, timbres: timbres, settings: audio, into: folder, shownFolder: output, work: work)
        if options.hasStems {
          lines += try AudioFile.writeStems(
            piece, timbres: timbres, settings: audio, into: folder, shownFolder: output, work: work)
        }
        return lines
      } catch let error as SynthesisError {
        throw FileError(.cannotCreate, path: "\(output)/\(AudioFile.name(.wav))", reason: error.reason)
      }
    }
  }
}
