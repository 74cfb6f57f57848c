/// Writes what sounds in a bar as elements of single note values, so that beats can be seen.
struct BarWriter {
  private let steps: Range<Int>
  /// Where the whole bar would begin: earlier than a pickup does.
  private let origin: Int
  private let barSteps: Int
  private let beatSteps: Int
  private let perQuarter: Int
  private let isCompound: Bool

  init(piece: Piece, steps: Range<Int>, origin: Int) {
    self.steps = steps
    self.origin = origin
    barSteps = piece.stepsPerBar
    perQuarter = min(Piece.maximumStepsPerQuarter, max(1, piece.stepsPerQuarter))
    beatSteps = piece.meter.beatSteps(perQuarter: perQuarter)
    isCompound = piece.meter.isCompound
  }

  /// The elements of a voice in this bar: what sounds, and rests in between; nothing at all if it is silent and
  /// `keepsSilence`.
  func elements(_ chords: [Notation.Chord], keepsSilence: Bool) -> [Notation.Element] {
    let here = chords.filter { $0.onset < steps.upperBound && $0.end > steps.lowerBound }
    if here.isEmpty, keepsSilence { return [] }
    if here.isEmpty, steps.count == barSteps {
      let value = NoteValue(steps: 4 * perQuarter, perQuarter: perQuarter) ?? NoteValue(ratio: 1, perQuarter: 1)
      return [
        Notation.Element(
          onset: steps.lowerBound, duration: steps.count, value: value, degrees: [], isWholeBarRest: true)
      ]
    }
    var elements: [Notation.Element] = []
    var position = steps.lowerBound
    for chord in here {
      let (onset, end) = (max(chord.onset, steps.lowerBound), min(chord.end, steps.upperBound))
      elements += split(position..<max(position, onset), degrees: [])
      var notes = split(onset..<end, degrees: chord.degrees)
      for index in notes.indices {
        notes[index].isTiedFrom = index > 0 || chord.onset < steps.lowerBound
        notes[index].isTiedTo = index + 1 < notes.count || chord.end > steps.upperBound
      }
      elements += notes
      position = end
    }
    return bracketed(elements + split(position..<steps.upperBound, degrees: []))
  }

  /// Neighbours in one ratio share a bracket, up to the next beat that one of them ends on.
  private func bracketed(_ elements: [Notation.Element]) -> [Notation.Element] {
    var elements = elements
    var isOpen = false
    for (index, element) in elements.enumerated() where element.value.isRatio {
      elements[index].beginsBracket = !isOpen
      let next = index + 1 < elements.count ? elements[index + 1].value : nil
      let goesOn = next.map { ($0.actual, $0.normal) == (element.value.actual, element.value.normal) } ?? false
      let isOnBeat = (element.onset + element.duration - origin) % beatSteps == 0
      elements[index].endsBracket = !goesOn || isOnBeat
      isOpen = !elements[index].endsBracket
    }
    return elements
  }

  /// A stretch of a bar as single values.
  private func split(_ stretch: Range<Int>, degrees: [Int]) -> [Notation.Element] {
    var elements: [Notation.Element] = []
    var rest = stretch
    while !rest.isEmpty {
      let (count, value) = first(rest, isRest: degrees.isEmpty)
      elements.append(
        Notation.Element(onset: rest.lowerBound, duration: count, value: value, degrees: degrees))
      rest = rest.lowerBound + count..<rest.upperBound
    }
    return elements
  }

  /// The first value of a stretch.
  private func first(_ stretch: Range<Int>, isRest: Bool) -> (Int, NoteValue) {
    let place = stretch.lowerBound - origin
    let toBeat = beatSteps - place % beatSteps
    let isOnBeat = place % beatSteps == 0
    func value(_ count: Int) -> NoteValue? { NoteValue(steps: count, perQuarter: perQuarter) }
    if !isOnBeat {
      // A syncopation of one beat, in the middle between beats, is read without ado; else the beat is shown.
      let isSyncopation =
        !isRest && !isCompound && stretch.count == beatSteps && 2 * (place % beatSteps) == beatSteps
      let count = isSyncopation ? stretch.count : min(stretch.count, toBeat)
      if let value = value(count) { return (count, value) }
      return largest(count, value: value)
    }
    // From a beat: in compound meters whole dotted beats, or what lies within one.
    for count in stride(from: stretch.count, to: 0, by: -1) {
      if isCompound, count > beatSteps, count % beatSteps != 0 { continue }
      if !isCompound, count > beatSteps, count % beatSteps != 0, count != stretch.count { continue }
      // Long rests lie where their value would if the bar were full of it.
      if isRest, count > beatSteps, count % beatSteps != 0 || !isCompound && place % count != 0 { continue }
      if let value = value(count) { return (count, value) }
      if count <= min(beatSteps, stretch.count) { break }
    }
    return largest(min(stretch.count, beatSteps), value: value)
  }

  /// The longest beginning that is a plain value; a ratio of one where there is none.
  private func largest(_ count: Int, value: (Int) -> NoteValue?) -> (Int, NoteValue) {
    // Thirds and fifths of a beat stay what they are: a ratio.
    for shorter in stride(from: count, to: 0, by: -1) {
      if let value = value(shorter), (count - shorter) == 0 || value.denominator <= 64, self.value(count - shorter) {
        return (shorter, value)
      }
    }
    return (count, NoteValue(ratio: count, perQuarter: perQuarter))
  }

  /// Whether the rest of a stretch is nothing or can be written plainly too.
  private func value(_ count: Int) -> Bool { count == 0 || NoteValue(steps: count, perQuarter: perQuarter) != nil }
}
