import Foundation

/// A timbre with its events' effects, laid out for a sample rate: what the render path reads instead of enums and arrays.
///
/// All effects are linear. So partials with the same effects are added before them and share one pass: a *group*.
/// Sound is made in chunks of `chunkFrames` counted from each note's first frame, so that the samples do not depend on
/// the sizes of the blocks they are asked for in. A vibrato reads up to `pad` frames ahead of what it writes; the
/// oscillators before it run ahead by that much.
public struct SineInstrument: Sendable {
  /// Frames a chunk has.
  static var chunkFrames: Int { @_noLocks get { 128 } }
  /// The longest delay between the channels, in seconds, for a sound at the far left or right.
  static let longestChannelDelay = 0.02
  /// Beyond this frequency, in Hz, a partial is left out.
  static var highestFrequency: Double { @_noLocks get { 1e6 } }

  struct PartialPlan: BitwiseCopyable {
    var waveform: Waveform
    var ratio: Double
    var share: Double
    var envelope: Envelope
  }

  struct EffectPlan: BitwiseCopyable {
    var isVibrato: Bool
    var waveform: Waveform
    /// Periods of the oscillation a frame.
    var turnsPerFrame: Double
    /// The phase by which a chunk goes on.
    var rotation: Phasor
    /// Frames of shift for a vibrato, relative amplitude for a tremolo.
    var depth: Double
    /// Frames by which the input runs ahead of the output.
    var pad: Int
    /// Where its window begins in a channel's memory; the window is `chunkFrames + 2 * pad` long.
    var window: Int
    /// Where its sine table begins among the instrument's, in doubles; nil if not a sine.
    var table: Int?
  }

  struct GroupPlan: BitwiseCopyable {
    var firstPartial: Int
    var endPartial: Int
    var firstEffect: Int
    var endEffect: Int
    /// Frames by which the group's oscillators run ahead of the note.
    var lead: Int
  }

  /// Frames a second.
  public let sampleRate: Double
  /// In the order of their groups.
  let partials: [PartialPlan]
  /// The groups' effects, then the event's from `firstEventEffect` on.
  let effects: [EffectPlan]
  let groups: [GroupPlan]
  let firstEventEffect: Int
  /// The largest `lead`.
  let longestLead: Int
  /// Doubles of windows a channel of a voice needs.
  let windowFrames: Int
  /// Sines and cosines of the modulators that are sines: `chunkFrames` sines, then as many cosines, one after another.
  let modulatorTables: [Double]

  /// An instrument for any sample rate from 8,000 to 768,000 Hz.
  public init(timbre: Timbre, eventEffects: [SoundEffect] = [], sampleRate: Double) {
    var layout = EffectLayout(sampleRate: sampleRate)
    var order: [[SoundEffect]] = []
    for partial in timbre.partials where !order.contains(partial.effects) { order.append(partial.effects) }
    var partials: [PartialPlan] = []
    var groups: [GroupPlan] = []
    for effects in order {
      let first = partials.count
      partials += timbre.partials.filter { $0.effects == effects }.map {
        PartialPlan(waveform: $0.waveform, ratio: $0.frequencyRatio, share: $0.volumeShare, envelope: $0.envelope)
      }
      let firstEffect = layout.plans.count
      let lead = layout.append(effects)
      groups.append(
        GroupPlan(
          firstPartial: first, endPartial: partials.count, firstEffect: firstEffect,
          endEffect: layout.plans.count, lead: lead))
    }
    firstEventEffect = layout.plans.count
    let eventLead = layout.append(eventEffects)
    for index in groups.indices { groups[index].lead += eventLead }
    self.sampleRate = sampleRate
    self.partials = partials
    self.groups = groups
    effects = layout.plans
    longestLead = groups.map(\.lead).max() ?? 0
    windowFrames = layout.windowFrames
    modulatorTables = layout.tables
  }
}

/// Gathers the effects' plans, windows and tables.
private struct EffectLayout {
  let sampleRate: Double
  var plans: [SineInstrument.EffectPlan] = []
  var windowFrames = 0
  var tables: [Double] = []

  init(sampleRate: Double) { self.sampleRate = sampleRate }

  /// - Returns: the frames by which the input of the first runs ahead of the output of the last.
  mutating func append(_ effects: [SoundEffect]) -> Int {
    var lead = 0
    for effect in effects {
      switch effect {
      case .vibrato(let frequency, _, let waveform):
        let depth = effect.shiftSeconds * sampleRate
        // One frame more for the interpolation's neighbour, one for rounding.
        let pad = Int(depth.rounded(.up)) + 2
        append(isVibrato: true, waveform: waveform, frequency: frequency, depth: depth, pad: pad)
        windowFrames += SineInstrument.chunkFrames + 2 * pad
        lead += pad
      case .tremolo(let frequency, let amplitude, let waveform):
        append(isVibrato: false, waveform: waveform, frequency: frequency, depth: amplitude, pad: 0)
      }
    }
    return lead
  }

  private mutating func append(isVibrato: Bool, waveform: Waveform, frequency: Double, depth: Double, pad: Int) {
    let turns = frequency / sampleRate
    var table: Int?
    if waveform == .sine {
      table = tables.count
      let angles = (0..<SineInstrument.chunkFrames).map { 2 * Double.pi * turns * Double($0) }
      tables += angles.map { sin($0) }
      tables += angles.map { cos($0) }
    }
    plans.append(
      SineInstrument.EffectPlan(
        isVibrato: isVibrato, waveform: waveform, turnsPerFrame: turns,
        rotation: Phasor(turns: turns * Double(SineInstrument.chunkFrames)), depth: depth, pad: pad,
        window: windowFrames,
        table: table))
  }
}
