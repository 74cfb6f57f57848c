import Testing

@testable import Core

@Suite struct AdamTests {
  /// Steps with gradients of all sizes, and what is no number.
  private func trained(_ kernels: Kernels) -> (weights: [Float], adam: Adam) {
    var random = RandomSource(seed: 3, purpose: .actions, population: 0, candidate: 0)
    var (weights, adam) = ([Float](repeating: 0.25, count: 21), Adam(weightCount: 21))
    for _ in 0..<30 {
      var gradient = weights.indices.map { Float.random(in: -1...1, using: &random) * Float($0 * $0) }
      gradient[20] = 3e38
      gradient.withUnsafeBufferPointer { adam.step(&weights, along: $0, rate: 0.03, kernels: kernels) }
    }
    return (weights, adam)
  }

  @Test(arguments: Kernels.available.indices)
  func everyPathTakesTheSameSteps(path: Int) {
    let (first, other) = (trained(Kernels.available[0]), trained(Kernels.available[path]))
    #expect(first.weights.map(\.bitPattern) == other.weights.map(\.bitPattern))
    #expect(first.adam.means.map(\.bitPattern) == other.adam.means.map(\.bitPattern))
    #expect(first.adam.squares.map(\.bitPattern) == other.adam.squares.map(\.bitPattern))
  }

  @Test func aStepFollowsItsFormula() {
    let (gradient, rate): ([Float], Float) = ([0, 1, -2, 0.5, 0, 3, 1e-3, -4, 8], 0.1)
    var (weights, adam) = ([Float](repeating: 1, count: 9), Adam(weightCount: 9))
    for step in 1...2 {
      var expected: [Float] = []
      for index in gradient.indices {
        let mean = 0.9 * adam.means[index] + (1 - 0.9) * gradient[index]
        let square = 0.99 * adam.squares[index] + (1 - 0.99) * (gradient[index] * gradient[index])
        let (meanScale, squareScale): (Float, Float) = step == 1 ? (10, 100) : (1 / 0.19, 1 / 0.0199)
        expected.append(weights[index] + rate * mean * meanScale / ((square * squareScale).squareRoot() + 1e-6))
      }
      gradient.withUnsafeBufferPointer { adam.step(&weights, along: $0, rate: Double(rate)) }
      for (weight, expected) in zip(weights, expected) { #expect(abs(weight - expected) < 1e-5) }
    }
    #expect(weights[0] == 1)
    #expect(adam.updates == 2)
  }

  @Test func weightsStayWithinTheirLimit() {
    var (weights, adam): ([Float], Adam) = ([0, 0, 0], Adam(weightCount: 3))
    for _ in 0..<3 {
      [Float(1), -1, .nan].withUnsafeBufferPointer { adam.step(&weights, along: $0, rate: 1e9) }
    }
    #expect(weights == [1e6, -1e6, 1e6])
  }
}
