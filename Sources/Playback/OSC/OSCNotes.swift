internal import Core

/// Which notes of a piece begin and end as it goes on.
struct OSCNotes {
  /// A note begins, or ends (velocity 0), so many seconds after the piece's beginning.
  struct Event: Sendable, Hashable {
    var seconds: Double
    var key: Int
    var velocity: Int
  }

  private let events: [Event]
  private var next = 0
  private(set) var sounding: Set<Int> = []

  init(_ piece: Piece) {
    events = piece.notes.flatMap { note in
      let key = min(127, max(0, note.pitch.key))
      return [
        Event(seconds: note.onsetSeconds, key: key, velocity: max(1, note.velocity)),
        Event(seconds: note.onsetSeconds + note.durationSeconds, key: key, velocity: 0),
      ]
    }
    .sorted { ($0.seconds, $0.velocity) < ($1.seconds, $1.velocity) }
  }

  /// What is due by now; after a jump back, all that sounds ends first.
  mutating func due(at seconds: Double) -> [Event] {
    var due: [Event] = []
    if next > 0, events[next - 1].seconds > seconds + 0.5 {
      due = end(at: seconds)
      next = events.firstIndex { $0.seconds > seconds } ?? events.count
    }
    while next < events.count, events[next].seconds <= seconds {
      let event = events[next]
      if event.velocity > 0 { sounding.insert(event.key) } else { sounding.remove(event.key) }
      due.append(event)
      next += 1
    }
    return due
  }

  /// It is over, or held.
  mutating func end(at seconds: Double) -> [Event] {
    defer { sounding = [] }
    return sounding.sorted().map { Event(seconds: seconds, key: $0, velocity: 0) }
  }
}
