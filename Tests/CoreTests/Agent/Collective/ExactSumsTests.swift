import Testing

@testable import Core

@Suite struct ExactSumsTests {
  private func sum(_ values: [Float], into sums: inout [Int64], kernels: Kernels = .best) {
    values.withUnsafeBufferPointer { values in
      sums.withUnsafeMutableBufferPointer { ExactSums.add(values, to: $0, kernels: kernels) }
    }
  }

  private func sum(_ values: [Float]) -> Float {
    var sums: [Int64] = [0]
    for value in values { sum([value], into: &sums) }
    return ExactSums.value(sums[0])
  }

  @Test func orderMakesNoDifference() {
    var random = RandomSource(seed: 1, purpose: .actions, population: 0, candidate: 0)
    let values = (0..<1000).map { _ in
      Float.random(in: -1...1, using: &random)
        * Float(sign: .plus, exponent: Int.random(in: -20...20, using: &random), significand: 1)
    }
    let sorted = sum(values.sorted())
    #expect(sum(values) == sorted)
    #expect(sum(values.reversed()) == sorted)
    // Floating-point addition would not do.
    #expect(values.reduce(0, +) != values.sorted().reduce(0, +))
    #expect(abs(Double(sorted) - values.reduce(0.0) { $0 + Double($1) }) <= 1000 * 0x1p-27 + Double(sorted.ulp))
  }

  @Test(
    arguments: [
      (0, 0), (1, 1), (-1, -1), (0.1, 0x666666p-26), (0x1p-26, 0x1p-26), (0x1p-27, 0), (0x1.8p-26, 0x1p-25),
      (-0x1p-28, 0), (0x1p24, 0x1p24), (3e9, 0x1p24), (-3e9, -0x1p24), (.infinity, 0x1p24), (-.infinity, -0x1p24),
      (.nan, 0x1p24),
    ] as [(Float, Float)])
  func numbersOnTheGrid(value: Float, expected: Float) { #expect(sum([value]) == expected) }

  @Test func theLargestBatchDoesNotOverflow() {
    var sums: [Int64] = [0, 0]
    let blocks = BatchPartition(100_000).blockCount
    for _ in 0..<blocks { sum([.infinity, -.infinity], into: &sums) }
    #expect(ExactSums.value(sums[0]) == Float(blocks) * 0x1p24)
    #expect(ExactSums.value(sums[1]) == -Float(blocks) * 0x1p24)
  }

  @Test(arguments: Kernels.available.indices)
  func everyPathRoundsAlike(path: Int) {
    let values: [Float] = [0.1, -0.3, .nan, 1e9, -1e9, 0x1p-27, -0x1.8p-26, 7, -0.01, .infinity, -.infinity]
    var (together, singly) = ([Int64](repeating: 5, count: values.count), [Int64](repeating: 5, count: values.count))
    sum(values, into: &together, kernels: Kernels.available[path])
    for (index, value) in values.enumerated() {
      let limited = value < 0x1p24 ? Swift.max(-0x1p24, Double(value)) : 0x1p24
      singly[index] += Int64((limited * 0x1p26).rounded(.toNearestOrEven))
    }
    #expect(together == singly)
  }
}
