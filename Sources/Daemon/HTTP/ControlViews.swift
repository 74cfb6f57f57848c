internal import Core
internal import Foundation

// What the answers look like. Numbers that JavaScript cannot hold (64 bit seeds) are text.

/// `GET /api/status` and the event `status`.
struct StatusView: Encodable {
  var phase: String
  var session: Int64?
  var seed: String?
  var origin: Int64?
  var population: Int
  var populations: Int
  var best: Double?
  var stepsPerSecond: Double
  var unwrittenCount: Int
  var problems: [String]
  var configurationFile: String?
  var configurationDigest: String
  var isSteering: Bool
  var process: Int32
  var started: Date
  var version = Program.version

  init(_ status: DaemonStatus) {
    phase = status.phase.rawValue
    session = status.session
    seed = status.seed.map { "\($0)" }
    origin = status.origin
    population = status.population
    populations = status.populations
    best = status.best.flatMap { $0.isFinite ? $0 : nil }
    stepsPerSecond = status.stepsPerSecond
    unwrittenCount = status.unwrittenCount
    problems = status.problems
    configurationFile = status.configurationFile
    configurationDigest = status.configurationDigest
    isSteering = status.isSteering
    process = status.process
    started = status.started
  }
}

/// A piece in a listing.
struct PieceView: Encodable {
  var id: Int64
  var time: Date
  var session: Int64?
  var seed: String?
  var population: Int?
  var configurationDigest: String?
  var score: Double
  var scores: [PieceRecord.RuleScore]
  var tuning: String
  var seconds: Double
  var rating: Int
  var isKept: Bool
  var bytes: Int64
  var folder: String
  /// Names of the folder's files; only where a listing was asked for.
  var files: [String]?

  init(_ piece: PieceRecord, files: [String]? = nil) {
    self.files = files
    id = piece.id
    time = piece.time
    session = piece.session
    seed = piece.seed.map { "\($0)" }
    population = piece.population
    configurationDigest = piece.configurationDigest
    score = piece.score
    scores = piece.scores
    tuning = piece.tuning
    seconds = piece.seconds
    rating = piece.rating
    isKept = piece.isKept
    bytes = piece.bytes
    folder = piece.folder
  }
}

/// A page of a listing.
struct PiecePageView: Encodable {
  var total: Int
  var offset: Int
  var pieces: [PieceView]
}

/// A piece with all that is known of it.
struct PieceDetailsView: Encodable {
  struct File: Encodable {
    var name: String
    var bytes: Int64
  }

  struct Play: Encodable {
    var time: Date
    var seconds: Double?
  }

  var piece: PieceView
  /// The roll's rows as text of 0 and 1, the highest first; nil if the folder cannot be read.
  var roll: [String]?
  var stepSeconds: Double?
  /// Why the folder cannot be read.
  var problem: String?
  var files: [File]
  var plays: [Play]
}

/// The rules' weights.
struct RulesView: Encodable {
  var rules: [RuleWeight]
}

/// What is heard, and through what.
struct PlayerView: Encodable {
  var player: PlayerState?
  var device: DeviceState
}

/// The course of the running session's training.
struct CurveView: Encodable {
  struct Point: Encodable {
    var population: Int
    var eliteMean: Double
    var best: Double
    var populationMean: Double
  }

  var session: Int64?
  var populations: Int
  var points: [Point]
}

/// A session.
struct SessionView: Encodable {
  var id: Int64
  var started: Date
  var ended: Date?
  var seed: String
  var origin: Int64?
  var populations: Int

  init(_ session: SessionRecord) {
    id = session.id
    started = session.started
    ended = session.ended
    seed = "\(session.seed)"
    origin = session.origin
    populations = session.populations
  }
}

/// Sessions, the newest first.
struct SessionsView: Encodable {
  var sessions: [SessionView]
}

/// A line of the log.
struct LogView: Encodable {
  var level: String
  var text: String
}

extension Conductor {
  /// The most points of a curve that a client gets.
  static let longestCurve = 1000

  /// The running session's curve, thinned out evenly.
  func curve() -> CurveView {
    let reports = session?.curve.reports ?? []
    let stride = max(1, (reports.count + Self.longestCurve - 1) / Self.longestCurve)
    let points = reports.enumerated().compactMap { index, report -> CurveView.Point? in
      guard index % stride == 0 || index == reports.count - 1 else { return nil }
      return CurveView.Point(
        population: report.population, eliteMean: report.eliteMean, best: report.best,
        populationMean: report.populationMean)
    }
    return CurveView(
      session: session?.record?.id, populations: configuration.daemon.sessions.populations, points: points)
  }
}
