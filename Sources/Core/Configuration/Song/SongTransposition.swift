extension SongConfiguration {
  /// Keys that parts may have.
  static let keys = 24...103

  /// Semitones by which all parts can be moved and stay within `keys`.
  var transpositions: ClosedRange<Int> {
    let lowest = parts.map(\.range.lowerBound).min() ?? Self.keys.lowerBound
    let highest = parts.map(\.range.upperBound).max() ?? Self.keys.upperBound
    return (Self.keys.lowerBound - lowest)...(Self.keys.upperBound - highest)
  }
}

extension SongStudy {
  /// Fails if a song's parts cannot be moved so far.
  ///
  /// - Throws: `DataError` that says how far they can.
  public func requireRoom(transposedBy semitones: Int) throws(DataError) {
    let allowed = configuration.transpositions.clamped(to: -24...24)
    guard !allowed.contains(semitones) else { return }
    let keys = [SongConfiguration.keys.lowerBound, SongConfiguration.keys.upperBound].map { MIDIKey($0)?.name ?? "" }
    throw DataError(
      file: "--transpose",
      reason: "found \(semitones); allowed for this song: \(allowed.lowerBound) to \(allowed.upperBound) semitones, "
        + "so that its parts' ranges stay between \(keys[0]) and \(keys[1])")
  }
}
