/// `playback` of the configuration: what is heard, when, and through what.
public struct PlaybackConfiguration: Sendable, Hashable {
  /// What makes the sound.
  public enum Synthesizer: String, Sendable, CaseIterable {
    case sine, fluidsynth
  }

  /// Which pieces of the training are heard.
  public enum Follow: String, Sendable, CaseIterable {
    /// Whenever the player is free, the newest best piece; stale ones are dropped.
    case newest
    /// Each new best, in order, a bounded number of them.
    case improvements
    /// Populations 1, 2, 4, 8, ...
    case milestones
    /// Only the finished pieces.
    case final
  }

  /// Who waits for whom.
  public enum Pace: String, Sendable, CaseIterable {
    /// Training runs at full speed.
    case free
    /// A population is trained, then its best piece is heard.
    case listen
  }

  /// `play`.
  public var target: PlaybackTarget
  /// `synth`.
  public var synthesizer: Synthesizer
  /// `soundfont`: a path; nil to look in the usual places.
  public var soundfont: String?
  /// `follow`.
  public var follow: Follow
  /// `pace`.
  public var pace: Pace
  /// `excerpt_in_steps`: so much of a piece is heard while the agent learns; nil for all of it.
  public var excerptSteps: Int?
  /// `volume`, 0...1.
  public var volume: Double
  /// `rate`: frames per second to ask the device for.
  public var sampleRate: Int
  /// `period_in_seconds`: to ask the device for.
  public var periodSeconds: Double
  /// `buffer_in_seconds`: to ask the device for.
  public var bufferSeconds: Double
  /// `idle_in_seconds`: silence after which the device is released.
  public var idleSeconds: Double
  /// `midi_clock`: whether the MIDI port sends clock, start and stop.
  public var sendsMIDIClock: Bool
  /// `midi_wait_in_seconds`: how long the first piece waits for somebody to listen to the MIDI port.
  public var midiWaitSeconds: Double
  /// `input`: a MIDI port to hear, as `CLIENT:PORT`, or `any` for whoever subscribes the port `Input`; nil: that is open only
  /// if something else wants it.
  public var input: String?
  /// `sync`.
  public var sync: Sync
  /// `meter`: how bars of a master and of what is played are counted; MIDI clock knows none.
  public var meter: Meter
  /// `answer`.
  public var answer: Answer
  /// `osc`.
  public var osc: OSC
  /// `controls`.
  public var controls: Controls
  /// `audio.reverb`: how loud the room is that everything sounds in.
  public var reverb = 0.0
  /// `realtime_priority`: SCHED_FIFO priority of the audio thread; 0 for an ordinary one.
  public var realtimePriority: Int

  init(_ section: ConfigurationSection) throws(ConfigurationError) {
    let play = try section.string("play", default: "auto")
    guard let target = PlaybackTarget(play) else { throw section.error("play", allowed: PlaybackTarget.allowed) }
    self.target = target
    let synth = try section.choice("synth", default: "sine", of: Synthesizer.allCases.map(\.rawValue))
    synthesizer = Synthesizer(rawValue: synth) ?? .sine
    let path = try section.string("soundfont", default: "")
    soundfont = path.isEmpty ? nil : path
    let follow = try section.choice("follow", default: "milestones", of: Follow.allCases.map(\.rawValue))
    self.follow = Follow(rawValue: follow) ?? .milestones
    let pace = try section.choice("pace", default: "free", of: Pace.allCases.map(\.rawValue))
    self.pace = Pace(rawValue: pace) ?? .free
    let excerpt = try section.integer(
      "excerpt_in_steps", default: 8, in: 0...PianoRoll.maximumStepCount)
    excerptSteps = excerpt == 0 ? nil : excerpt
    volume = try section.number("volume", default: 0.8, in: 0...1)
    sampleRate = try section.integer("rate", default: 48_000, in: 8_000...384_000)
    bufferSeconds = try section.number("buffer_in_seconds", default: 0.1, in: 0.002...10)
    periodSeconds = try section.number("period_in_seconds", default: 0.02, in: 0.001...5)
    guard periodSeconds * 2 <= bufferSeconds else {
      throw section.error(
        "period_in_seconds", found: "\(periodSeconds)", allowed: "at most half of buffer_in_seconds (\(bufferSeconds))")
    }
    idleSeconds = try section.number("idle_in_seconds", default: 5, in: 0...86_400)
    sendsMIDIClock = try section.boolean("midi_clock", default: false)
    midiWaitSeconds = try section.number("midi_wait_in_seconds", default: 10, in: 0...86_400)
    let input = try section.string("input", default: "")
    self.input = input.isEmpty ? nil : input
    sync = try Sync(section.section("sync"))
    let meter = try section.string("meter", default: Meter.common.description)
    guard let meter = Meter(meter), meter.denominator <= 8 else {
      throw section.error("meter", allowed: "a meter of halves, quarters or eighths, as 4/4, 3/4, 6/8")
    }
    self.meter = meter
    answer = try Answer(section.section("answer"))
    osc = try OSC(section.section("osc"))
    controls = try Controls(section.section("controls"))
    if sendsMIDIClock, sync.source == .clock {
      throw section.error("midi_clock", found: "true", allowed: "false while sync.source is clock")
    }
    realtimePriority = try section.integer("realtime_priority", default: 60, in: 0...98)
  }
}
