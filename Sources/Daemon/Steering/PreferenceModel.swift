internal import Core
internal import Foundation

/// What a listener likes, learnt from ratings: logistic regression over the differences of pieces' scores by rule.
///
/// Bradley and Terry (1952) let piece a win over piece b with probability
///
///     P(a > b) = 1 / (1 + exp(-(u(a) - u(b)))),   u(p) = sum over rules k of theta_k * x_k(p)
///
/// where x_k(p) = (raw_k(p) - mean_k) / deviation_k is a rule's raw score, standardised over the rated pieces. Every
/// piece rated up has won over every piece rated down. theta maximises the log likelihood, averaged over the pairs,
/// minus penalty * |theta|^2 / 2 (a prior that knows nothing), by Newton's method; the maximum is unique.
///
/// The weights then follow the likings: coefficient c_k becomes c_k * exp(strength * sign(c_k) * theta_k), strength
/// growing with the number of ratings n as n / (n + 10), within the bounds that the user has set. So a rule whose
/// score is liked counts for more, one that is disliked for less, and no rule changes its sign.
public struct PreferenceModel: Sendable, Hashable {
  /// The prior: one over the variance of theta.
  static let penalty = 0.1

  /// A rule's share in what is liked: theta.
  public let preferences: [String: Double]
  /// Ratings that it was learnt from.
  public let ratingCount: Int

  /// Learns from rated pieces; nil unless some were rated up and some down.
  public init?(_ pieces: [PieceRecord], rules: [String]) {
    let rated = pieces.filter { $0.rating != 0 }
    let columns = rules.map { rule in
      Self.standardised(rated.map { piece in piece.scores.first { $0.rule == rule }?.raw ?? 0 })
    }
    let vectors = rated.indices.map { piece in columns.map { $0[piece] } }
    let up = vectors.indices.filter { rated[$0].rating > 0 }.map { vectors[$0] }
    let down = vectors.indices.filter { rated[$0].rating < 0 }.map { vectors[$0] }
    guard !up.isEmpty, !down.isEmpty, !rules.isEmpty else { return nil }
    let differences = up.flatMap { winner in down.map { loser in zip(winner, loser).map(-) } }
    let theta = Self.maximise(differences, count: rules.count)
    preferences = Dictionary(zip(rules, theta), uniquingKeysWith: { first, _ in first })
    ratingCount = rated.count
  }

  /// The weights that follow the preferences.
  ///
  /// - Parameter factors: bounds, relative to the coefficient.
  public func weights(coefficients: [String: Double], factors: ClosedRange<Double>) -> [String: Double] {
    let strength = Double(ratingCount) / Double(ratingCount + 10)
    var weights: [String: Double] = [:]
    for (rule, coefficient) in coefficients {
      let direction = coefficient < 0 ? -1.0 : 1.0
      let factor = exp(strength * direction * (preferences[rule] ?? 0))
      weights[rule] = coefficient * min(factors.upperBound, max(factors.lowerBound, factor))
    }
    return weights
  }

  /// Mean 0, deviation 1; a rule that says the same of all pieces tells nothing and stays 0.
  private static func standardised(_ values: [Double]) -> [Double] {
    guard !values.isEmpty else { return [] }
    let mean = values.reduce(0, +) / Double(values.count)
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
    guard variance.isFinite, variance > 1e-18 else { return values.map { _ in 0 } }
    return values.map { ($0 - mean) / variance.squareRoot() }
  }

  /// Newton's method on the penalised likelihood: strictly concave, so a few halved steps always arrive.
  private static func maximise(_ differences: [[Double]], count: Int) -> [Double] {
    var theta = [Double](repeating: 0, count: count)
    for _ in 0..<50 {
      var gradient = theta.map { -penalty * $0 }
      var hessian = (0..<count).map { row in (0..<count).map { $0 == row ? penalty : 0 } }
      for difference in differences {
        let advantage = zip(theta, difference).reduce(0) { $0 + $1.0 * $1.1 }
        let probability = 1 / (1 + exp(-advantage))
        let curvature = probability * (1 - probability) / Double(differences.count)
        for row in 0..<count {
          gradient[row] += (1 - probability) * difference[row] / Double(differences.count)
          for column in 0..<count { hessian[row][column] += curvature * difference[row] * difference[column] }
        }
      }
      let step = solve(hessian, gradient)
      // A damped step: at most 1 a rule.
      let longest = max(1, step.map(\.magnitude).max() ?? 0)
      for index in theta.indices { theta[index] += step[index] / longest }
      if step.allSatisfy({ $0.magnitude < 1e-10 }) { break }
    }
    return theta
  }

  /// Solves A x = b for a positive definite A, by Gauss without pivoting.
  private static func solve(_ matrix: [[Double]], _ vector: [Double]) -> [Double] {
    var (a, x) = (matrix, vector)
    for pivot in a.indices {
      for row in a.indices where row > pivot {
        let factor = a[row][pivot] / a[pivot][pivot]
        for column in pivot..<a.count { a[row][column] -= factor * a[pivot][column] }
        x[row] -= factor * x[pivot]
      }
    }
    for row in a.indices.reversed() {
      for column in (row + 1)..<max(row + 1, a.count) { x[row] -= a[row][column] * x[column] }
      x[row] /= a[row][row]
    }
    return x
  }
}
