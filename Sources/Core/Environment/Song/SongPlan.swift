internal import CSong

/// What is settled about a song before its first note: form, phrases, cadences, keys, tension, and which bar returns to
/// which. A theme is not in it: the agent invents it.
public struct SongPlan: Sendable, Hashable {
  /// How a bar relates to the bar that it refers to; raw values are the kernels'.
  public enum Relation: Int, Sendable, CaseIterable {
    case free, exact, varied, sequence, inversion, development

    /// The name in files.
    public var name: String { "\(self)" }
  }

  /// How a phrase ends; raw values are the kernels'.
  public enum Cadence: Int, Sendable, CaseIterable {
    case open, half, authentic, deceptive, plagal, imperfect

    /// The name in files and in the configuration.
    public var name: String { "\(self)" }
  }

  /// A section: bars with one letter.
  public struct Section: Sendable, Hashable {
    /// A letter, with as many primes as there were changes: `A`, `A'`.
    public var name: String
    /// Its first bar, from 0.
    public var first: Int
    /// How many bars it has.
    public var count: Int

    /// Without the primes.
    public var letter: Character { name.first ?? "A" }
    /// Whether it is neither the theme nor the coda.
    var isMiddle: Bool { "BC".contains(letter) }
    /// Whether it changes what it repeats.
    public var isChanged: Bool { name.count > 1 }
  }

  /// A phrase: bars up to a cadence.
  public struct Phrase: Sendable, Hashable {
    /// Its first bar, from 0.
    public var first: Int
    /// How many bars it has.
    public var count: Int
    /// Number of its section, from 0.
    public var section: Int
    /// How it ends.
    public var cadence: Cadence
    /// The key, as a number among the keys of the song: 0 is home.
    public var key: Int
    /// The span of its last bar in which the last chord arrives.
    public var arrival = 0
    /// Steps of pickup to the next phrase in its last bar.
    public var lead = 0
    /// Steps of rest of the melody at its end, where there is no pickup.
    public var breath = 1
    /// Which parts move how much: 0 chorale, 1 flowing inner parts, 2 walking bass, 3 melody above a light accompaniment,
    /// 4 the bass on the first beat and what is above it on the others.
    public var texture = 0
  }

  /// A bar.
  public struct Bar: Sendable, Hashable {
    /// Number of its phrase, from 0.
    public var phrase: Int
    /// Tension: 0 calm, 1 moving, 2 high.
    public var tension = 0
    /// The bar that it refers to.
    public var reference: Int?
    /// How.
    public var relation = Relation.free
    /// How alike it is to be to that, 0...1. A varied bar of 0.95 and more keeps the melody's rhythm.
    public var likeness = 0.0
    /// Whether the piece's highest note may come here.
    public var allowsClimax = false
    /// Whether the piece's lowest note of the melody may come here.
    public var allowsNadir = false
    /// Onsets that are wanted, part by part, the highest first.
    public var density: [Int] = []
    /// Whether it has one chord.
    public var isSlow = false
  }

  /// Sections in their order.
  public var sections: [Section]
  /// Phrases in their order.
  public var phrases: [Phrase]
  /// Bars in their order.
  public var bars: [Bar]
  /// The lane of the melody's highest note.
  public var climaxLane = 24
  /// The lane of its lowest note.
  public var nadirLane = 14
  /// The degree that the melody begins on, above the tonic.
  public var opening = 0
  /// Steps of the melody before the first bar, a pickup; 0...3.
  public var upbeat = 0
  /// Which chords are possible, span by span.
  var chords: [UInt32] = []
  /// What this song likes: rhythms of the melody's spans, and its intervals from a seventh down on.
  var rhythmTaste: [Float] = []
  /// The same of its middle sections.
  var middleRhythmTaste: [Float] = []
  var stepTaste: [Float] = []

  /// The phrase of a bar.
  public func phrase(ofBar bar: Int) -> Phrase { phrases[bars[bar].phrase] }

  /// Whether a bar is the last of its phrase.
  public func isCadential(_ bar: Int) -> Bool {
    let phrase = phrase(ofBar: bar)
    return bar == phrase.first + phrase.count - 1
  }

  /// Writes it for the kernels.
  func fill(_ out: UnsafeMutablePointer<song_plan>, world: SongWorld) {
    out.initialize(to: song_plan())
    out.pointee.bars = Int32(bars.count)
    out.pointee.climax_lane = Int32(climaxLane)
    out.pointee.nadir_lane = Int32(nadirLane)
    var openings: UInt32 = 0
    for lane in stride(from: opening, to: Int(SONG_LANES), by: world.degreeCount) { openings |= 1 << UInt32(lane) }
    out.pointee.opening = Int32(bitPattern: openings)
    out.pointee.upbeat = Int32(upbeat)
    let spans = world.meter.spans.count
    for (index, bar) in bars.enumerated() {
      let phrase = phrases[bar.phrase]
      let isLast = index == phrase.first + phrase.count - 1
      let row = song_plan_bar(out) + index
      row.pointee.phrase = Int8(truncatingIfNeeded: bar.phrase)
      row.pointee.in_phrase = Int8(index - phrase.first)
      row.pointee.phrase_bars = Int8(phrase.count)
      row.pointee.level = Int8(bar.tension)
      row.pointee.relation = Int8(bar.relation.rawValue)
      row.pointee.key = Int8(phrase.key)
      row.pointee.texture = Int8(phrase.texture)
      row.pointee.cadence = Int8(phrase.cadence.rawValue)
      row.pointee.arrival = Int8(isLast ? phrase.arrival : -1)
      row.pointee.lead = Int8(isLast ? phrase.lead : 0)
      row.pointee.breath = Int8(isLast ? phrase.breath : 0)
      row.pointee.climax = bar.allowsClimax ? 1 : 0
      row.pointee.nadir = bar.allowsNadir ? 1 : 0
      row.pointee.last = index == bars.count - 1 ? 1 : 0
      row.pointee.place = Int8(min(7, 8 * index / bars.count))
      row.pointee.contrast = sections[phrase.section].isMiddle ? 1 : 0
      row.pointee.reference = Int16(bar.reference ?? -1)
      row.pointee.likeness = Float(bar.likeness)
      row.pointee.slow = bar.isSlow ? 1 : 0
      for (part, onsets) in bar.density.enumerated() { song_bar_density(row)[part] = UInt8(onsets) }
      let arrival = (phrase.first + phrase.count - 1) * spans + phrase.arrival
      for span in index * spans..<(index + 1) * spans {
        song_plan_chords(out)[span] = chords[span]
        song_plan_context(out)[span] = UInt8(max(0, min(7, arrival - span)) | phrase.cadence.rawValue << 3)
      }
    }
    for index in 0..<16 {
      song_plan_rhythm_taste(out, 0)[index] = rhythmTaste[index]
      song_plan_rhythm_taste(out, 1)[index] = middleRhythmTaste[index]
      song_plan_step_taste(out)[index] = stepTaste[index]
    }
  }
}

/// What a configuration says about plans; what is nil is drawn by the seed.
public struct SongPlanSettings: Sendable, Hashable {
  /// `bars`, 8...128.
  public var bars = 32
  /// `plan.form`: sections, `A A' B A`.
  public var form: [String]?
  /// `plan.phrases`: bars of the phrases.
  public var phrases: [Int]?
  /// `plan.cadences`: of the phrases.
  public var cadences: [SongPlan.Cadence]?
  /// `plan.tension`: of the bars.
  public var tension: [Int]?
  /// `plan.modulation`: whether middle sections go to other keys.
  public var modulation = true
  /// `plan.pickups`: most steps of a pickup between phrases, 0...3.
  public var pickups = 3
  /// `plan.upbeat`: steps of a pickup before the first bar, 0...3, as far as the meter has room; nil: drawn.
  public var upbeat: Int? = 0
  /// `plan.close`: how the piece ends.
  public var close: SongPlan.Cadence?
  /// `plan.variety`: how much songs differ in what they like, 0...2.
  public var variety = 1.0

  /// All defaults.
  public init() {}
}
