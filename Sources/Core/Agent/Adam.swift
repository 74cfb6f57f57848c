internal import CKernels

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

  /// Moves the weights up the gradient:
  ///
  ///     m = 0.9 m + 0.1 gradient, v = 0.99 v + 0.01 gradient^2,
  ///     weight + rate * (m / (1 - 0.9^t)) / (sqrt(v / (1 - 0.99^t)) + epsilon)
  mutating func step(
    _ weights: inout [Float], along gradient: UnsafeBufferPointer<Float>, rate: Double, kernels: Kernels = .best
  ) {
    updates += 1
    // The means begin at 0 and are corrected for it.
    var step = ck_adam(
      mean_decay: Self.meanDecay, square_decay: Self.squareDecay,
      mean_scale: Float(1 / (1 - power(Double(Self.meanDecay), updates))),
      square_scale: Float(1 / (1 - power(Double(Self.squareDecay), updates))), rate: Float(rate),
      epsilon: Self.epsilon, limit: Self.limit)
    let count = min(gradient.count, weights.count, means.count, squares.count)
    weights.withUnsafeMutableBufferPointer { weights in
      means.withUnsafeMutableBufferPointer { means in
        squares.withUnsafeMutableBufferPointer { squares in
          guard let gradient = gradient.baseAddress, let means = means.baseAddress, let squares = squares.baseAddress,
            let weights = weights.baseAddress
          else { return }
          kernels.path.pointee.adam(&step, gradient, means, squares, weights, Int64(count))
        }
      }
    }
  }
}
