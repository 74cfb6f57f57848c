extension ShippedPolicy {
  /// The one of the style that is most like such a song; nil if none has so many weights.
  static func nearest(parts: Int, stepsPerBar: Int, isMinor: Bool, count: Int) -> ShippedPolicy? {
    let style = parts == 2 ? "duet" : stepsPerBar == 6 ? "waltz" : isMinor ? "minor" : "song"
    return [style, "song"].lazy.compactMap { name in all.first { $0.style == name && $0.count == count } }.first
  }
}

extension SongVariation {
  /// The shipped policy of its style, or of the style that is most like it: for a song whose own agent is not there. nil
  /// if there is none.
  public var shippedPolicy: [Float]? {
    guard let song = configuration.song else { return nil }
    return configuration.shippedPolicy
      ?? ShippedPolicy.nearest(
        parts: song.parts.count, stepsPerBar: song.meter.steps,
        isMinor: song.scales.allSatisfy { $0.scale.quality == .minor }, count: environment.weightCount)?.weights
  }
}
