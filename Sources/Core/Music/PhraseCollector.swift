/// Collects what is played until a phrase is over: after a rest, at a pedal, or at a key that was chosen for it.
///
/// Pure: time is an argument, in the unit of the notes (seconds, or quarter notes of a master).
public struct PhraseCollector: Sendable {
  /// The key that ends a phrase, which is no note of it; nil for none.
  public let endKey: Int?
  /// A phrase is over after so long without a key pressed or held.
  public private(set) var rest: Double

  private var notes: [PlayedNote] = []
  /// Keys that are held: which of `notes` they are.
  private var held: [Int: Int] = [:]
  private var lastEvent = 0.0

  /// Notes that are remembered at most; then the oldest half goes.
  public static let mostNotes = 20_000

  /// Nothing has been played.
  public init(rest: Double, endKey: Int? = nil) {
    self.rest = Self.sane(rest)
    self.endKey = endKey
  }

  /// From now on a phrase is over after so long.
  public mutating func wait(_ rest: Double) { self.rest = Self.sane(rest) }

  private static func sane(_ rest: Double) -> Double { max(0.01, rest.isFinite ? rest : 2) }

  /// What was played of the phrase so far; keys that are held have no duration yet.
  public var played: [PlayedNote] { notes }

  /// Whether a phrase has begun.
  public var isPlaying: Bool { !notes.isEmpty }
  /// When the phrase is over if nothing else comes; nil while there is none, or a key is held.
  public var deadline: Double? { isPlaying && held.isEmpty ? lastEvent + rest : nil }

  /// A key was pressed, or let go (velocity 0).
  ///
  /// - Returns: the phrase, if this ends it.
  public mutating func note(key: Int, velocity: Int, at time: Double) -> [PlayedNote]? {
    guard time.isFinite else { return nil }
    if key == endKey { return velocity > 0 ? end(at: time) : nil }
    let over = advance(to: time)
    lastEvent = max(lastEvent, time)
    release(key, at: time)
    if velocity > 0 {
      if notes.count >= Self.mostNotes { forgetOldest() }
      held[key] = notes.count
      notes.append(PlayedNote(onset: time, duration: 0, key: key, velocity: velocity))
      if notes.count == 1 { lastEvent = time }
    }
    return over
  }

  /// The pedal was pressed: the phrase is over.
  public mutating func pedal(at time: Double) -> [PlayedNote]? { end(at: time) }

  /// Time has passed.
  ///
  /// - Returns: the phrase, if it is over by now.
  public mutating func advance(to time: Double) -> [PlayedNote]? {
    guard let deadline, time >= deadline else { return nil }
    return end(at: time)
  }

  private mutating func end(at time: Double) -> [PlayedNote]? {
    for key in held.keys { release(key, at: time) }
    defer { self = PhraseCollector(rest: rest, endKey: endKey) }
    return notes.isEmpty ? nil : notes
  }

  private mutating func release(_ key: Int, at time: Double) {
    guard let index = held.removeValue(forKey: key) else { return }
    notes[index].duration = max(0, time - notes[index].onset)
  }

  private mutating func forgetOldest() {
    let dropped = notes.count / 2
    notes.removeFirst(dropped)
    held = held.compactMapValues { $0 >= dropped ? $0 - dropped : nil }
  }
}
