extension Training {
  /// Replaces the rules' coefficients: from now on populations and pieces are scored by the new rules.
  ///
  /// Scores by different rules cannot be compared, so the best candidate plays its episodes once more, the same rolls,
  /// and has the score that the new rules give it.
  public func replaceRules(_ rules: WeightedRules) {
    apply(rules)
    guard var best = state.best else { return }
    let rewards = episodes(of: best).map { rules.evaluate($0).total }
    best.score = agentConfiguration.aggregation.aggregate(rewards[...])
    best.episode = rewards.indices.reduce(0) { rewards[$1] > rewards[$0] ? $1 : $0 }
    replaceBest(best)
  }
}
