internal import Core

/// What is said of pieces while the daemon runs; listeners hear of it.
extension Conductor {
  /// Rates a piece: -1 down, 0 no more, 1 up. If ratings steer, the weights move.
  ///
  /// - Returns: the piece as it is now; nil if there is none of this number.
  /// - Throws: the database's errors.
  public func rate(_ id: Int64, _ rating: Int) async throws -> PieceRecord? {
    guard let piece = try await library.rate(id, rating) else { return nil }
    events.send(.pieceChanged(piece))
    await steer()
    return piece
  }

  /// Keeps a piece whatever the retention says, or no longer.
  ///
  /// - Returns: the piece as it is now; nil if there is none of this number.
  /// - Throws: the database's errors.
  public func keep(_ id: Int64, _ isKept: Bool) async throws -> PieceRecord? {
    guard let piece = try await library.keep(id, isKept) else { return nil }
    events.send(.pieceChanged(piece))
    return piece
  }

  /// Gives a piece tags and a note; what is nil stays.
  ///
  /// - Returns: the piece as it is now; nil if there is none of this number.
  /// - Throws: the database's errors.
  public func label(_ id: Int64, tags: [String]?, note: String?) async throws -> PieceRecord? {
    guard let piece = try await library.label(id, tags: tags, note: note) else { return nil }
    events.send(.pieceChanged(piece))
    return piece
  }

  /// Names of the files that can be made of a piece.
  func madeNames() -> @Sendable (PieceRecord) -> [String] {
    { [library, madeFiles, audio = configuration.audio, options = configuration.files] piece in
      madeFiles.names(of: piece, in: library, audio: audio, options: options)
    }
  }

  /// Lets a folder be read with all files of a piece, made now if it has to be.
  ///
  /// - Throws: `FileError` or `DataError`, or what `read` throws.
  func withMadeFiles<Result: Sendable>(
    of piece: PieceRecord, read: @Sendable (_ folder: String) throws -> Result
  ) async throws -> Result {
    try await maker.withFiles(
      of: piece, timbres: configuration.timbres, audio: configuration.audio, options: configuration.files, read: read)
  }

  /// Deletes a piece with its folder.
  ///
  /// - Returns: what it was; nil if there is none of this number.
  /// - Throws: the database's errors.
  public func delete(_ id: Int64) async throws -> PieceRecord? {
    guard let piece = try await library.delete(id) else { return nil }
    events.send(.pieceDeleted(id))
    return piece
  }
}
