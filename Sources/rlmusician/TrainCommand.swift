import ArgumentParser
import Core
import Foundation

#if Playback
  import Playback
#endif

/// `rlmusician train`, also what `rlmusician` alone does: trains an agent and composes.
struct TrainCommand: AsyncParsableCommand, RankedCommand {
  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "Trains an agent with the rules and composes pieces (what rlmusician does without a subcommand).",
    discussion: """
      Each piece gets a folder of its own under the output folder; the training's curve, the agent's weights and a \
      checkpoint stand beside them. Ctrl-C once finishes the population, writes what there is and exits with 130; \
      twice leaves at once. The same seed gives the same pieces for any number of threads.
      """)

  @OptionGroup var config: ConfigurationOption
  @OptionGroup var style: StyleOption

  @Option(
    help: ArgumentHelp(
      "A melody to compose counterpoint against: notes like \"D4 F4 E4:4 r:4\" (durations in eighths), or a MIDI or "
        + "MusicXML file.", valueName: "notes or file"), completion: .file(extensions: ["mid", "musicxml", "xml"]))
  var melody: String?

  @Option(
    name: [.customShort("p"), .customLong("populations")],
    parsing: .unconditional,
    help: ArgumentHelp(
      "Populations to train the agent for, in all; 0 to 1000000000, without it 100, with --trained 0.",
      valueName: "count"))
  var populationCount: Int?

  @Flag(help: "Begin with the policy that is shipped for the style: composes at once, or trains on from it.")
  var trained = false

  @Option(
    name: [.short, .long], parsing: .unconditional,
    help: ArgumentHelp("Pieces to compose afterwards; 0 to 10000.", valueName: "count"))
  var episodes = 3

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Seed of all random numbers; without it one is drawn and shown.", valueName: "number"))
  var seed: UInt64?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Threads to train with, 1 to 1024; without it one a processor.", valueName: "count"))
  var threads: Int?

  @Flag(help: "Go on from the output folder's checkpoint: the result equals the run that was never interrupted.")
  var resume = false

  @Option(
    name: [.short, .long],
    help: ArgumentHelp("Folder for the results; without it the configuration's.", valueName: "folder"))
  var output: String?

  @Flag(help: "Print JSON lines on standard output.")
  var json = false

  @OptionGroup var playback: PlaybackOptions
  @OptionGroup var follow: FollowOptions
  @OptionGroup var rankOptions: RankOptions

  private var populations: Int { populationCount ?? (trained ? 0 : 100) }

  func validate() throws {
    guard (0...1_000_000_000).contains(populations) else {
      throw ValidationError("--populations: found \(populations); allowed: 0 to 1000000000")
    }
    guard (0...10_000).contains(episodes) else {
      throw ValidationError("--episodes: found \(episodes); allowed: 0 to 10000")
    }
    if let threads, !(1...1024).contains(threads) {
      throw ValidationError("--threads: found \(threads); allowed: 1 to 1024")
    }
    try requireFolder(output, of: "--output")
    if resume, trained { throw ValidationError("--resume goes on from the checkpoint: leave --trained out") }
    if resume, seed != nil { throw ValidationError("--resume takes the checkpoint's seed: leave --seed out") }
  }

  func run() async throws {
    let signal = try await reportingFaults { () async throws -> Int32? in
      let configuration = try config.read(melody: melody, style: style, fallback: .programDefault)
      try configuration.checkComposable()
      try configuration.checkMemory()
      try requireDivisible(configuration)
      StopSignal.ignoreBrokenPipes()
      guard RankSession.isFirst else {
        return try await onOwnThread {
          try trainAlong(configuration)
          return nil
        }
      }
      #if Playback
        return try await trainAndPlay(configuration)
      #else
        if let target = playback.play, target != .none {
          throw FileError(.noInput, path: "--play \(target)", reason: "this program was built without playback")
        }
        return try await onOwnThread { try train(configuration, listener: nil) }
      #endif
    }
    if let signal { throw ExitCode(128 + signal) }
  }

  #if Playback
    private func trainAndPlay(_ configuration: Configuration) async throws -> Int32? {
      let settings = follow.applied(to: playback.applied(to: configuration.playback))
      guard
        let player = try await Player.start(
          settings, timbres: configuration.timbres, programs: configuration.programs,
          notice: StandardError.writeLine)
      else {
        guard settings.answer.kind == .none else {
          throw Fault(.unavailable, "there is nothing to answer through: --play says where to")
        }
        return try await onOwnThread { try train(configuration, listener: nil) }
      }
      // Before the terminal's keys, which hand signals on to what was there before them.
      StopSignal.install()
      if settings.answer.kind != .none {
        let run = AnswerRun(
          configuration: configuration, settings: settings, player: player,
          output: output ?? configuration.environment.outputFolder, seed: seed ?? RandomSource.drawSeed())
        return try await run.run()
      }
      let listener = TrainingPlayer(player: player, pace: settings.pace)
      let isTraining = AtomicFlag(true)
      async let trained = onOwnThread { () throws -> Int32? in
        defer { isTraining.clear() }
        lowerPriority()
        return try train(configuration, listener: listener)
      }
      _ = await TerminalControls().run(
        player, isBusy: { isTraining.isSet }, isStopping: { StopSignal.current != nil })
      do {
        let signal = try await trained
        await player.close()
        return signal ?? StopSignal.current
      } catch {
        await player.close()
        throw error
      }
    }
  #endif

  private func train(_ configuration: Configuration, listener: (any TrainingListener)?) throws -> Int32? {
    let ranks = RankSession.ranks
    let threads = threads(configuration)
    let output = output ?? configuration.environment.outputFolder
    let policy = try startPolicy(configuration)
    let checkpoints = try CheckpointStore(output: output, isResumed: resume)
    let training: Training
    var curve = TrainingCurve()
    if resume {
      let checkpoint = try checkpoints.load(for: configuration)
      training = try Training(configuration: configuration, state: checkpoint.state, threads: threads, ranks: ranks)
      curve = checkpoint.curve
    } else {
      training = Training(
        configuration: configuration, seed: seed ?? RandomSource.drawSeed(), threads: threads,
        populations: populations, policy: policy, ranks: ranks)
    }
    try RankSession.agree(rankSettings(configuration), timeLimit: rankTimeLimit(configuration))
    if ranks.size > 1 {
      let start = Checkpoint(state: training.state, curve: curve, configurationDigest: configuration.digest)
      _ = ranks.broadcast(start.bytes)
    }
    StopSignal.install()
    var run = TrainingRun(
      plan: .init(
        configuration: configuration, output: output, populations: populations, episodes: episodes, threads: threads),
      training: training, curve: curve, checkpoints: checkpoints,
      reporter: json ? JSONReporter() : TerminalReporter(), listener: listener, ranks: ranks)
    return try run.run()
  }

  /// What `--trained` begins with.
  private func startPolicy(_ configuration: Configuration) throws -> [Float]? {
    let policy = trained ? configuration.shippedPolicy : nil
    guard trained == (policy != nil) else {
      let found = configuration.style.map { "style \($0)" } ?? "no style"
      let allowed = ShippedPolicyMaker.styles.joined(separator: ", ")
      throw Fault(.usage, "--trained: found \(found), which has no shipped policy; allowed: --style \(allowed)")
    }
    return policy
  }

  private func threads(_ configuration: Configuration) -> Int {
    threads ?? configuration.agent.threadCount ?? RankSession.processors
  }

  /// Refuses what several ranks would only repeat.
  private func requireDivisible(_ configuration: Configuration) throws {
    let count = RankSession.ranks.size
    guard count > 1 else { return }
    if configuration.counterpoint?.agent.method == .beamSearch {
      throw Fault(.usage, "found agent.method: beam_search on \(count) ranks; allowed: one, or policy_gradient")
    }
    #if Playback
      let settings = follow.applied(to: playback.applied(to: configuration.playback))
      if settings.answer.kind != .none { throw Fault(.usage, "found --answer on \(count) ranks; allowed: one") }
    #endif
  }

  /// What the other ranks do: they begin where rank 0 does, and compute.
  private func trainAlong(_ configuration: Configuration) throws {
    let ranks = RankSession.ranks
    try RankSession.agree(rankSettings(configuration), timeLimit: rankTimeLimit(configuration))
    let start = try Checkpoint(bytes: ranks.broadcast([]), file: "rank 0")
    let training = try Training(
      configuration: configuration, state: start.state, threads: threads(configuration), ranks: ranks)
    StopSignal.install()
    while training.populationsDone < populations, !training.isOver, !ranks.isStopping { _ = training.trainPopulation() }
    RankSession.finishTogether()
  }

  private func rankSettings(_ configuration: Configuration) -> [RankCard.Setting] {
    [
      .init("command", resume ? "train --resume" : "train"), .init("configuration", configuration.digest),
      .init("number of populations", "\(populations)"), .init("seed", seed.map { "\($0)" } ?? "of rank 0"),
    ]
  }

  private func rankTimeLimit(_ configuration: Configuration) -> Double? {
    #if Playback
      let settings = follow.applied(to: playback.applied(to: configuration.playback))
      if settings.pace == .listen { return nil }
    #endif
    return rankOptions.timeLimit
  }
}

/// Runs blocking work on a thread of its own, so that the few threads of Swift concurrency stay free for the player.
func onOwnThread<Result: Sendable>(_ work: @escaping @Sendable () throws -> Result) async throws -> Result {
  try await withCheckedThrowingContinuation { continuation in
    let isStarted = SystemThread.start { continuation.resume(with: Swift.Result(catching: work)) }
    if !isStarted { continuation.resume(throwing: SystemThread.RefusedError()) }
  }
}

/// Trainers stand behind the audio thread, also where that has no real-time priority. What this thread starts inherits it.
private func lowerPriority() {
  setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, 10)
}
