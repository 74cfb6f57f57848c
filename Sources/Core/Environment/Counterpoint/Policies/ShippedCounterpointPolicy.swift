extension CounterpointPolicy {
  /// The shipped policy's weights; nil if they are of another number than the program's features.
  static let shippedWeights: [Float]? = nil
}
