extension PieceFolder {
  /// Writes a piece's folder with the sine synthesizer's sound.
  ///
  /// - Parameters:
  ///   - timbres: The timbres by name; a piece whose timbre is not among them has the standard one.
  ///   - audio: Which sound files there are to be.
  /// - Throws: As `write(_:to:at:audio:)`.
  public static func write(
    _ piece: Piece, to output: String, at time: Timestamp, timbres: [String: Timbre] = [:], audio: AudioSettings
  ) throws -> Written {
    try write(piece, to: output, at: time) { piece, folder in
      do {
        let instrument = SineInstrument(
          timbre: timbres[piece.settings.timbre] ?? .standard,
          eventEffects: try SoundEffect.list(json: piece.settings.effects), sampleRate: Double(audio.sampleRate))
        return try AudioFile.write(
          piece, instrument: instrument, settings: audio, into: folder, shownFolder: output)
      } catch let error as SynthesisError {
        throw FileError(.cannotCreate, path: "\(output)/\(AudioFile.name(.wav))", reason: error.reason)
      }
    }
  }
}
