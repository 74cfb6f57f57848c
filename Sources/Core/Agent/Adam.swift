/// Adam: steps of a weight by the running mean of its gradients, relative to their running magnitude.
///
/// D. P. Kingma, J. Ba, *Adam: A Method for Stochastic Optimization* (2015), algorithm 1; here uphill.
struct Adam: Sendable, Equatable {
  private static let meanDecay: Float = 0.9
  private static let squareDecay: Float = 0.99
  /// What keeps weights without a gradient where they are; gradients are of the order of 1.
  private static let epsilon: Float = 1e-6

  /// No weight goes beyond: with rates that nobody wants, either.
  private static let limit: Float = 1e6

  /// Updates done (t).
  var updates: Int
  /// Running means of the gradient (m), one a weight.
  var means: [Float]
  /// Running means of its squares (v).
  var squares: [Float]

  /// At the start.
  init(weightCount: Int) {
    updates = 0
    means = Array(repeating: 0, count: weightCount)
    squares = means
  }

  init(updates: Int, means: [Float], squares: [Float]) {
    self.updates = updates
    self.means = means
    self.squares = squares
  }

  /// Moves the weights up the gradient.
  mutating func step(_ weights: inout [Float], along gradient: UnsafeBufferPointer<Float>, rate: Double) {
    updates += 1
    // The means begin at 0 and are corrected for it.
    let meanScale = Float(1 / (1 - power(Double(Self.meanDecay), updates)))
    let squareScale = Float(1 / (1 - power(Double(Self.squareDecay), updates)))
    let (rate, count) = (Float(rate), weights.count)
    weights.withUnsafeMutableBufferPointer { weights in
      means.withUnsafeMutableBufferPointer { means in
        squares.withUnsafeMutableBufferPointer { squares in
          for index in 0..<count {
            let slope = gradient[index]
            means[index] = Self.meanDecay * means[index] + (1 - Self.meanDecay) * slope
            squares[index] = Self.squareDecay * squares[index] + (1 - Self.squareDecay) * (slope * slope)
            let magnitude = (squares[index] * squareScale).squareRoot() + Self.epsilon
            let moved = weights[index] + rate * (means[index] * meanScale) / magnitude
            weights[index] = max(-Self.limit, min(Self.limit, moved))
          }
        }
      }
    }
  }
}
