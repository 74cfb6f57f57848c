import CKernels

/// The policy of counterpoint: how likely each continuation that can finish is, by the sum of a few weights.
///
///     p(a) = e^z(a) / (sum over open continuations b of e^z(b)),   z(a) = sum of the weights of a's features
///
/// The features see the movement, the rhythm, the interval to the melody, how often the pitch was used, the climax, the
/// skips so far, repetitions, the span of the last notes, the way to the last note (`counterpoint_policy.c` has them
/// all). None of them knows the melody as such, so one set of weights plays any; a policy that learns one melody has
/// weights of its own for every half bar and position besides.
public enum CounterpointPolicy {
  /// Weights of a policy for any melody.
  public static let generalWeightCount = Int(CK_GENERAL_WEIGHTS)
  /// Weights of a policy for one melody: the general ones and its own.
  public static let weightCount = Int(CK_GENERAL_WEIGHTS) + Int(CK_STEPS) / 4 * Int(CK_POSITIONS)

  /// The policy that is shipped inside the program; zeros, which play uniformly, if it does not fit.
  public static let shipped = shippedWeights ?? [Float](repeating: 0, count: generalWeightCount)

  /// What is known of the task on a table, for the kernels.
  static func withPolicy<Result>(
    _ weights: UnsafePointer<Float>, isOwn: Bool, on table: CounterpointTable,
    _ body: (UnsafePointer<ck_counterpoint_policy>) -> Result
  ) -> Result {
    var policy = ck_counterpoint_policy(
      weights: weights, own: isOwn ? 1 : 0, key: table.keys, degree: table.degrees, melody: table.melody)
    return body(&policy)
  }

  /// Draws a line.
  static func draw(
    _ weights: [Float], isOwn: Bool, on table: CounterpointTable, into buffer: LineBuffer, random: inout UInt64
  ) {
    weights.withUnsafeBufferPointer { weights in
      guard let base = weights.baseAddress else { return }
      withPolicy(base, isOwn: isOwn, on: table) {
        ck_counterpoint_draw(table.table, $0, &random, buffer.line)
      }
    }
  }
}
