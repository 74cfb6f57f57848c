internal import Core
internal import Logging

/// The rules' weights, for everybody who asks.
extension Conductor {
  /// The weights in force, in the configuration's order; then the rules that it gives no say, which have the weight 0
  /// until somebody gives them one.
  public func rules() -> [RuleWeight] { weights.entries }

  /// Sets weights by name: populations and pieces from the next one on are scored by them, and the best so far is
  /// scored again.
  ///
  /// - Returns: the weights in force.
  /// - Throws: `RuleWeightError` if a name is unknown or a weight out of bounds; nothing is changed then.
  @discardableResult
  public func setWeights(_ changes: [String: Double]) throws(RuleWeightError) -> [RuleWeight] {
    try weights.set(changes)
    changedWeights()
    return weights.entries
  }

  /// Goes back to the configuration's coefficients.
  @discardableResult
  public func resetWeights() -> [RuleWeight] {
    weights.reset()
    changedWeights()
    return weights.entries
  }

  /// Moves the weights to what all ratings together say.
  func steer() async {
    guard weights.isSteering else { return }
    let rated = await announcer.attempt { try await self.library.rated() } ?? []
    guard weights.isSteering, let count = weights.follow(rated) else { return }
    announcer.log(.info, "weights moved by \(count) ratings")
    changedWeights()
  }

  private func changedWeights() {
    do {
      try weights.save()
      announcer.resolve("weights")
    } catch {
      announcer.report("weights", "the weights are not saved: \(error)")
    }
    events.send(.rules(weights.entries))
    // What was composed by the old ones and waits to be heard makes room.
    Task {
      await sound.dropStale()
      wake()
    }
  }
}
