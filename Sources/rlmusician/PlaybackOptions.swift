public import ArgumentParser
public import Core

/// `--play`, `--synth` and their friends: each overrides the configuration's section `playback`.
struct PlaybackOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Where pieces are heard: \(PlaybackTarget.allowed).", valueName: "where"))
  var play: PlaybackTarget?

  @Flag(name: .customLong("no-play"), help: "Files only: the same as --play none.")
  var noPlay = false

  @Option(help: "What makes the sound: sine or fluidsynth.")
  var synth: PlaybackConfiguration.Synthesizer?

  @Option(help: ArgumentHelp("Soundfont for fluidsynth (.sf2, .sf3).", valueName: "file"))
  var soundfont: String?

  @Option(parsing: .unconditional, help: ArgumentHelp("Loudness, 0 to 1.", valueName: "volume"))
  var volume: Double?

  @Flag(
    name: .customLong("midi-clock"), help: "The MIDI port also sends clock, start, stop, continue and song position.")
  var midiClock = false

  @Option(help: "Whose clock decides when pieces play: none, or clock (MIDI clock that comes to RL-Musician:Input).")
  var sync: PlaybackConfiguration.Sync.Source?

  @Option(
    help: ArgumentHelp("A MIDI port to hear, by number or by name; any: whoever comes.", valueName: "client:port"))
  var input: String?

  @Option(
    help:
      "What is composed in answer to what is played to RL-Musician:Input: none, counterpoint, continuation or theme.")
  var answer: PlaybackConfiguration.Answer.Kind?

  func validate() throws {
    if noPlay, play != nil { throw ValidationError("--play and --no-play exclude each other") }
    if midiClock, sync == .clock { throw ValidationError("--midi-clock and --sync clock exclude each other") }
    if let volume, !(0...1).contains(volume) {
      throw ValidationError("--volume: found \(volume); allowed: 0 to 1")
    }
  }

  /// The configuration with what was said on the command line.
  func applied(to configuration: PlaybackConfiguration) -> PlaybackConfiguration {
    var result = configuration
    if let play { result.target = play }
    if noPlay { result.target = .none }
    if let synth { result.synthesizer = synth }
    if let soundfont {
      result.soundfont = soundfont
      // Who names a soundfont wants to hear it.
      if synth == nil { result.synthesizer = .fluidsynth }
    }
    if let volume { result.volume = volume }
    if midiClock {
      result.sendsMIDIClock = true
      result.sync.source = .none
    }
    if let sync {
      result.sync.source = sync
      if sync == .clock { result.sendsMIDIClock = false }
    }
    if let answer { result.answer.kind = answer }
    if let input { result.input = input.isEmpty ? nil : input }
    return result
  }
}

/// `--follow` and `--pace`: what is heard of a training.
struct FollowOptions: ParsableArguments {
  @Option(help: "What is heard of the training: newest, improvements, milestones or final.")
  var follow: PlaybackConfiguration.Follow?

  @Option(help: "free: train at full speed; listen: train a population, then hear its best piece.")
  var pace: PlaybackConfiguration.Pace?

  /// The configuration with what was said on the command line.
  func applied(to configuration: PlaybackConfiguration) -> PlaybackConfiguration {
    var result = configuration
    if let follow { result.follow = follow }
    if let pace { result.pace = pace }
    return result
  }
}

extension PlaybackTarget: ExpressibleByArgument {
  /// As `playback.play` has it.
  public init?(argument: String) { self.init(argument) }
}

extension PlaybackConfiguration.Synthesizer: ExpressibleByArgument {}
extension PlaybackConfiguration.Follow: ExpressibleByArgument {}
extension PlaybackConfiguration.Sync.Source: ExpressibleByArgument {}
extension PlaybackConfiguration.Pace: ExpressibleByArgument {}
extension PlaybackConfiguration.Answer.Kind: ExpressibleByArgument {}
