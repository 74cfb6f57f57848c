internal import Core
internal import Foundation

// Answers that are more than one of the daemon's own values.

/// A piece in a listing.
struct PieceView: Encodable {
  var piece: PieceRecord
  /// Names of the folder's files.
  var files: [String]

  private enum Key: CodingKey { case files }

  func encode(to encoder: any Encoder) throws {
    try piece.encode(to: encoder)
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(files, forKey: .files)
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
    /// nil for what is made when it is asked for.
    var bytes: Int64?
  }

  var piece: PieceRecord
  /// The roll's rows as text of 0 and 1, the highest first; nil if the folder cannot be read.
  var roll: [String]?
  var parts: [PartView]?
  var stepSeconds: Double?
  /// Why the folder cannot be read.
  var problem: String?
  var files: [File]
  var plays: [PlayRecord]
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

/// What can be chosen to hear through.
struct OutputsView: Encodable {
  var outputs: [String]
  var soundfonts: [String]
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

/// Sessions, the newest first.
struct SessionsView: Encodable {
  var sessions: [SessionRecord]
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
