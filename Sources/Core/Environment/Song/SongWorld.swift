internal import CSong

/// What a configuration fixes for all songs on one tonic in one mode, as the tables that the kernels read.
///
/// - Note: `@unchecked Sendable`: the tables are written in `init` alone.
final class SongWorld: @unchecked Sendable {
  /// The scale of the home key.
  let scale: SongScale
  /// The keys that sections may be in, the home key first: how they lie to it and what their chords are.
  private(set) var keys: [Key] = []
  /// The tuning, with its degree 0 at lane 0: where it is anchored, at the pitch of it that is nearest to lane 0's key.
  let tuning: Tuning
  /// The key that lane 0 sounds on.
  let lowestNote: MIDIKey
  /// What a pitch is more than the degree of the tuning above lane 0.
  private(set) var pitchOffset = 0
  let meter: SongMeter
  let partCount: Int

  /// A key: the scale on a degree of the home scale.
  struct Key {
    /// The degree that its tonic is.
    var tonic: Int
    var scale: SongScale
    var harmony: SongHarmony
  }

  /// Why there is no such world.
  enum Refusal: Error, Hashable {
    /// The tuning does not have the scale.
    case noScale
    /// A part has fewer than five degrees: its number, and the lowest and the highest key that are reached.
    case noRange(part: Int, reach: ClosedRange<Int>)
  }

  /// For the kernels.
  let table: UnsafeMutablePointer<song_world>
  private var scales: [[Int]] = []
  private let scaleTable: UnsafeMutablePointer<song_scale>
  private let keyTable: UnsafeMutablePointer<song_key>
  private var words: [UnsafeMutablePointer<UInt32>] = []
  private var bytes: [UnsafeMutablePointer<UInt8>] = []

  private static let laneCount = Int(SONG_LANES)

  /// - Parameters:
  ///   - tonic: the pitch class of the tonic, 0...11.
  ///   - ranges: of every part in keys of the keyboard, highest part first.
  /// - Throws: if the tuning does not have the scale, or a part has no range in it.
  init(
    tuning: Tuning, scale: SongScale, tonic: Int, ranges: [ClosedRange<Int>], meter: SongMeter,
    coefficients: [Float], modulates: Bool
  ) throws(Refusal) {
    self.scale = scale
    self.meter = meter
    partCount = ranges.count
    let lowest = ranges.map(\.lowerBound).min() ?? 48
    guard let lowestNote = MIDIKey(max(0, lowest - Tuning.divide(lowest - tonic, by: 12).index)) else { throw .noScale }
    self.lowestNote = lowestNote
    self.tuning = tuning.rooted(near: lowestNote)
    table = .allocate(capacity: 1)
    table.initialize(to: song_world())
    scaleTable = .allocate(capacity: 64)
    scaleTable.initialize(repeating: song_scale(), count: 64)
    keyTable = .allocate(capacity: 4)
    keyTable.initialize(repeating: song_key(), count: 4)
    guard setPitches(modulates: modulates) else { throw .noScale }
    try setRanges(ranges)
    setMeter()
    for (rule, value) in coefficients.enumerated().prefix(Int(SONG_RULES)) {
      song_world_coefficient(table)[rule] = value
    }
  }

  deinit {
    table.deallocate()
    scaleTable.deallocate()
    keyTable.deallocate()
    words.forEach { $0.deallocate() }
    bytes.forEach { $0.deallocate() }
  }

  /// The lanes of a period.
  var degreeCount: Int { scale.cents.count }

  /// How many pitches the tables have.
  var pitchCount: Int { Int(table.pointee.pitches) }

  /// The tuning's degree above lane 0 of a pitch of the tables.
  func degree(ofPitch pitch: Int) -> Int { pitch - pitchOffset }

  // MARK: Pitches

  /// The tuning's degree nearest to so many cents above lane 0; nil if it is out of tolerance.
  private func degree(nearest cents: Double) -> Int? {
    let degree = tuning.degree(nearest: cents)
    return abs(tuning.cents(ofDegree: degree) - cents) <= SongScale.tolerance ? degree : nil
  }

  /// The degrees of all lanes for a scale on a tonic of the home scale; nil if the tuning does not have them.
  private func lanes(_ cents: [Double], tonic: Int) -> [Int]? {
    let count = degreeCount
    var lanes: [Int] = []
    for lane in 0..<Self.laneCount {
      let (period, degree) = Tuning.divide(lane - tonic, by: count)
      let base = scale.cents[tonic] + Double(period) * scale.period
      guard let found = self.degree(nearest: base + cents[degree]) else { return nil }
      lanes.append(found)
    }
    return zip(lanes, lanes.dropFirst()).allSatisfy { $0 < $1 } ? lanes : nil
  }

  /// The number of a scale, entered if it is new.
  private func number(of lanes: [Int]) -> Int? {
    if let known = scales.firstIndex(of: lanes) { return known }
    guard scales.count < 64 else { return nil }
    scales.append(lanes)
    return scales.count - 1
  }

  private func setPitches(modulates: Bool) -> Bool {
    guard let home = lanes(scale.cents, tonic: 0), number(of: home) != nil else { return false }
    var wanted: [(Int, SongScale)] = [(0, scale)]
    if modulates, let quality = scale.quality {
      // The dominant, the relative and the subdominant key.
      wanted +=
        quality == .major
        ? [(4, .diatonic(SongScale.major)), (5, .diatonic(SongScale.minor)), (3, .diatonic(SongScale.major))]
        : [(2, .diatonic(SongScale.major)), (4, .diatonic(SongScale.minor)), (3, .diatonic(SongScale.minor))]
    }
    for (tonic, scale) in wanted {
      guard lanes(scale.cents, tonic: tonic) != nil else { continue }
      var harmony = scale.harmony.filter { scale.altered($0.alteration).flatMap { lanes($0, tonic: tonic) } != nil }
      // A minor key without its leading tone has the dominant that the scale gives.
      if harmony.mask(["V"]) == 0, scale.quality != nil {
        harmony = scale.harmony.unaltered
      }
      keys.append(Key(tonic: tonic, scale: scale, harmony: harmony))
    }
    for (index, key) in keys.enumerated() { guard setChords(key, at: index) else { return false } }
    pitchOffset = -(scales.flatMap { $0 }.min() ?? 0)
    for (index, lanes) in scales.enumerated() {
      for (lane, degree) in lanes.enumerated() {
        song_scale_pitch(scaleTable + index)[lane] = Int16(degree + pitchOffset)
      }
    }
    setIntervals()
    return true
  }

  private func mask(class degree: Int) -> UInt32 {
    stride(from: Tuning.divide(degree, by: degreeCount).index, to: Self.laneCount, by: degreeCount)
      .reduce(0) { $0 | 1 << UInt32($1) }
  }

  private func setChords(_ key: Key, at index: Int) -> Bool {
    let table = keyTable + index
    table.pointee.tonic = Int32(key.tonic)
    table.pointee.mode = key.scale.quality == .major ? 0 : 1
    let names = key.harmony.chords
    for chord in names {
      guard let cents = key.scale.altered(chord.alteration), let lanes = lanes(cents, tonic: key.tonic),
        let number = number(of: lanes)
      else { return false }
      let members = key.harmony.members
      let root = key.tonic + chord.root
      let out = song_key_chord(table) + chord.index
      out.pointee.scale = UInt8(number)
      out.pointee.root_class = UInt8(Tuning.divide(root, by: degreeCount).index)
      out.pointee.root = mask(class: root)
      out.pointee.third = mask(class: root + members[1])
      out.pointee.fifth = mask(class: root + members[2])
      out.pointee.seventh = chord.hasSeventh ? mask(class: root + members[3]) : 0
      out.pointee.members = out.pointee.root | out.pointee.third | out.pointee.fifth | out.pointee.seventh
      out.pointee.bass = mask(class: root + members[chord.bass])
      switch chord.function {
      case .plain: break
      case .dominant: out.pointee.dominant = 1
      case .applied(let target):
        out.pointee.dominant = 2
        out.pointee.target = UInt8(Tuning.divide(key.tonic + target, by: degreeCount).index)
      }
      if chord.function != .plain, key.scale.quality != nil {
        out.pointee.rising = chord.leadsByRoot ? out.pointee.root : out.pointee.third
      } else if chord.function == .dominant {
        out.pointee.rising = mask(class: key.tonic - 1) & out.pointee.members
      }
      let next = chord.next.map { key.harmony.mask($0) } ?? key.harmony.all
      out.pointee.next = next & ~(1 << UInt32(chord.index)) & ~(chord.name == "I" ? key.harmony.mask(["I64"]) : 0)
      out.pointee.dissonance = dissonance(chord, lanes: lanes, root: root, members: members, key: key)
    }
    return true
  }

  /// What a chord costs: sevenths 0.7, diminished triads 0.5; where tradition has no say, nothing.
  private func dissonance(_ chord: SongHarmony.Chord, lanes: [Int], root: Int, members: [Int], key: Key) -> Float {
    guard key.scale.quality != nil else { return 0 }
    if chord.hasSeventh { return 0.7 }
    let low = root % degreeCount
    guard low + members[2] < lanes.count else { return 0 }
    let fifth = tuning.cents(ofDegree: lanes[low + members[2]]) - tuning.cents(ofDegree: lanes[low])
    return abs(fifth - 701.96) > 60 ? 0.5 : 0
  }

  // MARK: Intervals

  private func setIntervals() {
    let classes = tuning.degreeCount
    let pitches = (scales.flatMap { $0 }.max() ?? 0) + pitchOffset + 1
    let cents = (0..<pitches).map { tuning.cents(ofDegree: $0 - pitchOffset) }
    let isFifth = byteTable(classes * classes)
    let classOf = byteTable(pitches)
    for pitch in 0..<pitches { classOf[pitch] = UInt8(truncatingIfNeeded: pitch % classes) }
    func fifth(_ low: Double, _ high: Double) -> Bool {
      let period = abs(tuning.periodInCents)
      let size = (high - low) - period * ((high - low) / period).rounded(.down)
      return abs(size - 701.955) < 25
    }
    for low in 0..<min(classes, pitches) {
      for high in 0..<min(classes, pitches) where fifth(cents[low], cents[high]) { isFifth[low * classes + high] = 1 }
    }
    let (above, below, unison) = (
      wordTable(scales.count * classes), wordTable(scales.count * classes), wordTable(scales.count * classes)
    )
    let reach = wordTable(scales.count * pitches)
    var laneOf: [Int?] = Array(repeating: nil, count: pitches)
    for lanes in scales.reversed() {
      for (lane, degree) in lanes.enumerated() { laneOf[degree + pitchOffset] = lane }
    }
    for (number, lanes) in scales.enumerated() {
      for (lane, degree) in lanes.enumerated() {
        let bit = UInt32(1) << UInt32(lane)
        let own = (degree + pitchOffset) % classes
        for other in 0..<classes {
          if isFifth[other * classes + own] != 0 { above[number * classes + other] |= bit }
          if isFifth[own * classes + other] != 0 { below[number * classes + other] |= bit }
          if other == own { unison[number * classes + other] |= bit }
        }
        for pitch in 0..<pitches {
          guard let from = laneOf[pitch] else { continue }
          let size = abs(cents[degree + pitchOffset] - cents[pitch])
          if isSung(lanes: abs(lane - from), cents: size) { reach[number * pitches + pitch] |= bit }
        }
      }
    }
    table.pointee.degrees = Int32(degreeCount)
    table.pointee.pitches = Int32(pitches)
    table.pointee.classes = Int32(classes)
    table.pointee.scale = UnsafePointer(scaleTable)
    table.pointee.key = UnsafePointer(keyTable)
    table.pointee.reach = UnsafePointer(reach)
    table.pointee.fifth_above = UnsafePointer(above)
    table.pointee.fifth_below = UnsafePointer(below)
    table.pointee.unison = UnsafePointer(unison)
    table.pointee.is_fifth = UnsafePointer(isFifth)
    table.pointee.class_of = UnsafePointer(classOf)
  }

  /// Whether a part may go by this interval: no sevenths, nothing beyond the period, no augmented or diminished
  /// intervals.
  private func isSung(lanes: Int, cents: Double) -> Bool {
    guard scale.quality != nil else { return lanes <= max(2, degreeCount / 2) || lanes == degreeCount }
    switch lanes {
    case 0: return cents < 150
    case 1: return cents < 260
    case 2: return (260..<450).contains(cents)
    case 3: return abs(cents - 498) < 60
    case 4: return abs(cents - 702) < 60
    case 5: return (760..<950).contains(cents)
    case 7: return abs(cents - 1200) < 60
    default: return false
    }
  }

  private func wordTable(_ count: Int) -> UnsafeMutablePointer<UInt32> {
    let memory = UnsafeMutablePointer<UInt32>.allocate(capacity: max(1, count))
    memory.initialize(repeating: 0, count: max(1, count))
    words.append(memory)
    return memory
  }

  private func byteTable(_ count: Int) -> UnsafeMutablePointer<UInt8> {
    let memory = UnsafeMutablePointer<UInt8>.allocate(capacity: max(1, count))
    memory.initialize(repeating: 0, count: max(1, count))
    bytes.append(memory)
    return memory
  }

  // MARK: Ranges and meter

  /// Where lanes of the home scale lie on the keyboard.
  private func place(ofLane lane: Int) -> Double {
    Double(lowestNote.number) + tuning.cents(ofDegree: scales[0][lane]) / 100
  }

  /// The keys between which there are lanes.
  var reach: ClosedRange<Int> { lowestNote.number...Int(place(ofLane: Self.laneCount - 1) + 0.01) }

  /// The lanes whose pitches lie in every part's range; a part needs five.
  private func setRanges(_ ranges: [ClosedRange<Int>]) throws(Refusal) {
    table.pointee.parts = Int32(ranges.count)
    for (part, range) in ranges.enumerated() {
      let lanes = scales[0].indices.filter { lane in
        let key = place(ofLane: lane)
        return key >= Double(range.lowerBound) - 0.01 && key <= Double(range.upperBound) + 0.01
      }
      guard let low = lanes.first, let high = lanes.last, high - low >= 4 else {
        throw .noRange(part: part, reach: reach)
      }
      song_world_low(table)[part] = Int32(low)
      song_world_high(table)[part] = Int32(high)
    }
  }

  /// The lanes of a part's range.
  func lanes(ofPart part: Int) -> ClosedRange<Int> {
    Int(song_world_low(table)[part])...Int(song_world_high(table)[part])
  }

  private func setMeter() {
    table.pointee.steps = Int32(meter.steps)
    for (index, span) in meter.spans.enumerated() {
      song_world_start(table)[index] = Int32(span.lowerBound)
      song_world_length(table)[index] = Int32(span.count)
    }
    for (step, weight) in meter.weights.enumerated() { song_world_weight(table)[step] = UInt8(weight) }
  }
}

/// A meter in eighths: the spans that have a chord each, and how strong its steps are.
struct SongMeter: Sendable, Hashable {
  var meter: Meter
  /// Steps of a bar.
  var steps: Int
  /// Ranges of steps with one chord.
  var spans: [Range<Int>]
  /// 2 strong, 1 a beat, 0 off the beat.
  var weights: [Int]

  /// The meters there are, by name.
  static let all: [String: SongMeter] = [
    "4/4": make(4, 4, 8, [0..<4, 4..<8], [2, 0, 1, 0, 2, 0, 1, 0]),
    "3/4": make(3, 4, 6, [0..<4, 4..<6], [2, 0, 1, 0, 1, 0]),
    "6/8": make(6, 8, 6, [0..<3, 3..<6], [2, 0, 0, 2, 0, 0]),
    "2/4": make(2, 4, 4, [0..<2, 2..<4], [2, 0, 1, 0]),
  ]

  private static func make(
    _ numerator: Int, _ denominator: Int, _ steps: Int, _ spans: [Range<Int>], _ weights: [Int]
  ) -> SongMeter {
    SongMeter(meter: Meter(numerator, denominator) ?? .common, steps: steps, spans: spans, weights: weights)
  }
}

extension SongWorld {
  /// What is written before the first bar; nil where notes have no names.
  var keySignature: KeySignature? {
    guard tuning.isTwelveToneEqual, let mode = scale.mode else { return nil }
    return KeySignature(tonic: lowestNote.number % 12, mode: mode)
  }

  /// The most steps of a pickup before the first bar: its end is heard as the end of a bar's first span.
  var mostUpbeat: Int { min(Int(SONG_UPBEAT), meter.spans[0].count - 1) }

  /// The tuning's degree above lane 0 of a degree of the home scale.
  func degreeOfScale(_ degree: Int) -> Int {
    self.degree(
      ofPitch: Int(song_scale_pitch(UnsafeMutablePointer(mutating: table.pointee.scale))![max(0, min(31, degree))]))
  }
}
