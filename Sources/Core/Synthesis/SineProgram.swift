/// A `SineInstrument` in plain memory, and what all voices share while they render. Owned by the synthesizer.
struct SineProgram {
  let sampleRate: Double
  let partialCount: Int
  let effectCount: Int
  let groupCount: Int
  let firstEventEffect: Int
  let longestLead: Int
  let partials: UnsafeMutablePointer<SineInstrument.PartialPlan>
  let effects: UnsafeMutablePointer<SineInstrument.EffectPlan>
  let groups: UnsafeMutablePointer<SineInstrument.GroupPlan>
  /// `numbers[j]` is j.
  let numbers: UnsafeMutablePointer<Double>
  let modulatorTables: UnsafeMutablePointer<Double>
  /// One chunk each: a modulator's wave, and a group's sum.
  let wave: UnsafeMutablePointer<Double>
  let sum: UnsafeMutablePointer<Double>

  init(_ instrument: SineInstrument) {
    let count = SineInstrument.chunkFrames
    sampleRate = instrument.sampleRate
    partialCount = instrument.partials.count
    effectCount = instrument.effects.count
    groupCount = instrument.groups.count
    firstEventEffect = instrument.firstEventEffect
    longestLead = instrument.longestLead
    partials = Self.copy(instrument.partials)
    effects = Self.copy(instrument.effects)
    groups = Self.copy(instrument.groups)
    numbers = Self.copy((0..<count).map { Double($0) })
    modulatorTables = Self.copy(instrument.modulatorTables)
    wave = Self.copy(Array(repeating: 0, count: count))
    sum = Self.copy(Array(repeating: 0, count: count))
  }

  private static func copy<T: BitwiseCopyable>(_ values: [T]) -> UnsafeMutablePointer<T> {
    let memory = UnsafeMutablePointer<T>.allocate(capacity: max(1, values.count))
    for (index, value) in values.enumerated() { (memory + index).initialize(to: value) }
    return memory
  }

  func deallocate() {
    partials.deallocate()
    effects.deallocate()
    groups.deallocate()
    numbers.deallocate()
    modulatorTables.deallocate()
    wave.deallocate()
    sum.deallocate()
  }
}
