/// A keyboard, or several, retuned so that every degree of a piece has a key of exactly its pitch.
///
/// Degrees of the same pitch share a key. Keys rise with the pitch and lie as near to it as the others leave room. Of
/// piano rolls the mapping depends on the tuning and the number of rows alone, so all pieces of a run agree on it.
public struct TunedKeyboard: Sendable, Hashable {
  /// Where a row is played.
  public struct Place: Sendable, Hashable {
    /// The keyboard, from 0.
    public var keyboard: Int
    /// The key.
    public var key: Int
  }

  /// A key that is used, and what it is tuned to.
  public struct Key: Sendable, Hashable {
    /// The key, 0...127.
    public var key: Int
    /// Its pitch in semitones above key 0 of twelve-tone equal temperament.
    public var semitones: Double
  }

  /// The keys of each keyboard, ascending.
  public let keyboards: [[Key]]
  private let places: [Int: Place]
  private let lowestDegree: Int

  /// What can be said of a key's pitch: 0 up to, but not including, 128 semitones above key 0.
  static let range = 0.0..<127.999_9

  /// The keyboards for pitches of degrees from `lowestDegree` up; a pitch outside MIDI's range gets no key.
  public init(_ pitches: [Pitch], lowestDegree: Int = 0) {
    self.lowestDegree = lowestDegree
    let semitones = pitches.map { Double($0.key) + $0.cents / 100 }
    var distinct: [Double] = []
    // Degrees that should be one pitch differ by rounding.
    for pitch in semitones.filter(Self.range.contains).sorted() where pitch - (distinct.last ?? -1) > 1e-6 {
      distinct.append(pitch)
    }
    let count = (distinct.count + 127) / 128
    // Dealt out in turn, so that each keyboard has room around every pitch.
    keyboards = (0..<count).map { index in
      let own = stride(from: index, to: distinct.count, by: count).map { distinct[$0] }
      return zip(Self.keys(own), own).map { Key(key: $0, semitones: $1) }
    }
    var places: [Int: Place] = [:]
    for (offset, pitch) in semitones.enumerated() where Self.range.contains(pitch) {
      guard let index = distinct.lastIndex(where: { $0 <= pitch + 1e-9 }) else { continue }
      let keyboard = index % count
      places[offset] = Place(keyboard: keyboard, key: keyboards[keyboard][index / count].key)
    }
    self.places = places
  }

  /// The keyboards for all degrees that are rows of a piece's roll.
  public init(_ piece: Piece) {
    let degrees = piece.degrees.prefix(PianoRoll.maximumRowCount)
    self.init(degrees.map(piece.pitch(ofDegree:)), lowestDegree: piece.degrees.lowerBound)
  }

  /// Where a degree is played; nil if its pitch lies outside what MIDI can say.
  public func place(ofDegree degree: Int) -> Place? { places[degree - lowestDegree] }

  /// Rising keys for rising pitches, as near as they can be: isotonic regression of pitch minus index (pool adjacent
  /// violators), rounded.
  private static func keys(_ pitches: [Double]) -> [Int] {
    var blocks: [(sum: Double, count: Int)] = []
    for (index, pitch) in pitches.enumerated() {
      blocks.append((pitch - Double(index), 1))
      while blocks.count > 1, let last = blocks.last, case let previous = blocks[blocks.count - 2],
        previous.sum / Double(previous.count) >= last.sum / Double(last.count)
      {
        blocks.removeLast(2)
        blocks.append((previous.sum + last.sum, previous.count + last.count))
      }
    }
    var keys: [Int] = []
    for block in blocks {
      let offset = Int((block.sum / Double(block.count)).rounded())
      for _ in 0..<block.count { keys.append(keys.count + min(128 - pitches.count, max(0, offset))) }
    }
    return keys
  }
}
