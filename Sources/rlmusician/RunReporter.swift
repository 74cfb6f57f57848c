import Core

/// What a run tells, as it happens: to people (`TerminalReporter`) or to programs (`JSONReporter`).
protocol RunReporter {
  /// The run begins, or goes on from a checkpoint.
  mutating func started(_ run: RunDescription)
  /// A population has been evaluated; `seconds` since the run began.
  mutating func trained(_ report: PopulationReport, seconds: Double, traffic: CollectiveTraffic?)
  /// A piece's folder has appeared.
  mutating func wrote(_ piece: Piece, path: String)
  /// The run is over.
  mutating func finished(_ summary: RunSummary)
}

/// What a run is, said at its start.
struct RunDescription {
  var seed: UInt64
  var threads: Int
  /// Processes, each with so many threads.
  var ranks = 1
  var populations: Int
  /// Populations done before; 0 unless the run goes on from a checkpoint.
  var resumedAt: Int
  var episodes: Int
  var rows: Int
  var steps: Int
  var configurationDigest: String
  var output: String
}

/// What a run has done, said at its end.
struct RunSummary {
  var seed: UInt64
  var populations: Int
  var last: PopulationReport?
  var pieces: Int
  var seconds: Double
  var wasInterrupted: Bool
  /// Whether a checkpoint stands from which `--resume` goes on.
  var isResumable: Bool
  /// Path of the agent's weights; nil if none were written.
  var weights: String?
  /// What the ranks have told each other; nil for one process.
  var traffic: CollectiveTraffic?
}

/// JSON lines on standard output.
struct JSONReporter: RunReporter {
  private func emit(_ event: String, _ members: [OrderedJSON.Member]) {
    StandardOutput.writeLine(OrderedJSON.object([.init("event", .string(event))] + members).text)
  }

  func started(_ run: RunDescription) {
    emit(
      "start",
      [
        .init("version", .string(Program.version)),
        .init("seed", .unsigned(run.seed)),
        .init("threads", .integer(run.threads)),
        .init("ranks", .integer(run.ranks)),
        .init("populations", .integer(run.populations)),
        .init("resumed_at", .integer(run.resumedAt)),
        .init("episodes", .integer(run.episodes)),
        .init("rows", .integer(run.rows)),
        .init("steps", .integer(run.steps)),
        .init("configuration_digest", .string(run.configurationDigest)),
        .init("output", .string(run.output)),
      ])
  }

  func trained(_ report: PopulationReport, seconds: Double, traffic: CollectiveTraffic?) {
    emit(
      "population",
      [
        .init("population", .integer(report.population)),
        .init("elite_mean", .number(report.eliteMean)),
        .init("best", .number(report.best)),
        .init("population_mean", .number(report.populationMean)),
        .init("env_steps", .integer(report.environmentSteps)),
        .init("seconds", .number(seconds)),
      ] + members(traffic))
  }

  /// What sums over the ranks have cost so far.
  private func members(_ traffic: CollectiveTraffic?) -> [OrderedJSON.Member] {
    guard let traffic else { return [] }
    return [
      .init("collectives", .integer(traffic.sums)), .init("collective_bytes", .integer(traffic.bytes)),
      .init("collective_seconds", .number(traffic.seconds)),
    ]
  }

  func wrote(_ piece: Piece, path: String) {
    let rules = piece.score.entries.map { entry in
      OrderedJSON.Member(
        entry.rule,
        .object([
          .init("raw", .number(entry.raw)),
          .init("coefficient", .number(entry.coefficient)),
          .init("weighted", .number(entry.weighted)),
        ]))
    }
    emit(
      "piece",
      [.init("path", .string(path)), .init("score", .number(piece.score.total)), .init("rules", .object(rules))])
  }

  func finished(_ summary: RunSummary) {
    emit(
      "done",
      [
        .init("seed", .unsigned(summary.seed)),
        .init("populations", .integer(summary.populations)),
        .init("best", summary.last.map { .number($0.best) } ?? .null),
        .init("env_steps", .integer(summary.last?.environmentSteps ?? 0)),
        .init("pieces", .integer(summary.pieces)),
        .init("weights", summary.weights.map { .string($0) } ?? .null),
        .init("seconds", .number(summary.seconds)),
        .init("interrupted", .boolean(summary.wasInterrupted)),
      ] + members(summary.traffic))
  }
}

/// A progress bar and a summary on standard error, the results on standard output.
struct TerminalReporter: RunReporter {
  private var bar = ProgressBar(total: 0)
  private var stepsBefore = 0

  mutating func started(_ run: RunDescription) {
    bar = ProgressBar(total: run.populations)
    let resumed = run.resumedAt > 0 ? ", resumed after population \(run.resumedAt)" : ""
    let ranks = run.ranks > 1 ? " on each of \(run.ranks) ranks" : ""
    StandardError.writeLine(
      "seed \(run.seed): \(run.rows) rows by \(run.steps) steps, \(run.populations) populations,"
        + " \(run.threads) thread\(run.threads == 1 ? "" : "s")\(ranks)\(resumed)")
  }

  mutating func trained(_ report: PopulationReport, seconds: Double, traffic: CollectiveTraffic?) {
    if stepsBefore == 0, report.population > 1 {
      stepsBefore = report.environmentSteps / report.population * (report.population - 1)
    }
    bar.update(report, stepsPerSecond: seconds > 0 ? Double(report.environmentSteps - stepsBefore) / seconds : 0)
  }

  mutating func wrote(_ piece: Piece, path: String) {
    bar.finish()
    StandardOutput.writeLine("\(decimal(piece.score.total, 2))\t\(path)")
  }

  mutating func finished(_ summary: RunSummary) {
    bar.finish()
    var line = "\(summary.populations) populations"
    if let last = summary.last {
      let digits = abs(last.best) < 10 ? 3 : 1
      line += ", elite \(decimal(last.eliteMean, digits)), best \(decimal(last.best, digits))"
    }
    line += ", \(summary.pieces) piece\(summary.pieces == 1 ? "" : "s") in \(decimal(summary.seconds, 2)) s"
    StandardError.writeLine(
      line + (summary.wasInterrupted ? "; stopped early" : "")
        + (summary.wasInterrupted && summary.isResumable ? ", --resume goes on" : ""))
  }
}
