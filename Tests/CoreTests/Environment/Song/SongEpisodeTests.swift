import Testing

@testable import Core

/// Songs decided from outside.
@Suite struct SongEpisodeTests {
  private func configuration() throws -> SongConfiguration {
    try #require(try Configuration(text: "piece: {bars: 8, n_parts: 3}", file: "t").song)
  }

  /// Takes decisions until the piece is complete.
  private func play(_ episode: SongEpisode, _ choose: ([Int], Int) -> Int) -> (rewards: Double, decisions: Int) {
    var (rewards, decisions) = (0.0, 0)
    while !episode.isOver, let reward = episode.step(choose(episode.validActions, decisions)) {
      rewards += reward
      decisions += 1
    }
    return (rewards, decisions)
  }

  @Test func rewardsAddUpAndThePieceIsWhatWasDecided() throws {
    let episode = try #require(SongEpisode(try configuration(), seed: 3))
    let start = episode.total
    var kinds: Set<SongEpisode.Kind> = []
    let result = play(episode) { valid, number in
      if let kind = episode.kind { kinds.insert(kind) }
      return valid[(number * 7919) % valid.count]
    }
    #expect(result.decisions > 50 && kinds.contains(.rhythm) && kinds.contains(.pitch) && kinds.contains(.chord))
    #expect(abs(start + result.rewards - episode.total) < 1e-6)
    let piece = try #require(
      episode.piece(provenance: Provenance(seed: 3, population: 0, episode: 0, configurationDigest: "")))
    #expect(abs(piece.score.total - episode.total) < 0.01)
    #expect(piece.song?.lanes == episode.lanes && piece.song?.faults == episode.faults)
    // The end is the end.
    #expect(episode.step(0) == nil && episode.kind == nil && episode.validActions.isEmpty)
    // The same decisions make the same piece; another seed another plan.
    episode.reset(seed: 3)
    #expect(episode.lanes.allSatisfy { $0.allSatisfy { $0 == -2 } } && !episode.isOver)
    #expect(play(episode) { valid, number in valid[(number * 7919) % valid.count] } == result)
  }

  @Test func whatIsNotAllowedChangesNothing() throws {
    let episode = try #require(SongEpisode(try configuration(), seed: 1))
    let (valid, total) = (episode.validActions, episode.total)
    for action in (-1...SongEpisode.actionCount) where !valid.contains(action) { #expect(episode.step(action) == nil) }
    #expect(episode.validActions == valid && episode.total == total)
  }

  @Test func theConversation() throws {
    var session = try #require(SongSession(try configuration()))
    #expect(session.answer("{\"spec\": {}}".utf8).hasPrefix("{\"spec\": {\"n_parts\": 3, \"n_steps\": 64"))
    let first = session.answer("{\"reset\": {\"seed\": 5}}".utf8)
    #expect(first.hasPrefix("{\"observation\": {\"lanes\": [[-2, ") && first.contains("\"valid_actions\": ["))
    #expect(session.answer("{\"reset\": {\"seed\": 5}}".utf8) == first)
    #expect(session.answer("{\"reset\": {}}".utf8) != first)
    _ = session.answer("{\"reset\": {\"seed\": 5}}".utf8)
    for line in [
      "", "[]", "{}", "{\"step\": {}}", "{\"step\": {\"action\": 99}}", "{\"step\": {\"action\": \"1\"}}",
      "{\"sing\": {}}",
      "{\"reset\": {\"speed\": 1}}", "{\"reset\": 1}", "{\"spec\": {}, \"reset\": {}}", "\u{0}",
    ] {
      let answer = session.answer(line.utf8)
      #expect(answer.hasPrefix("{\"error\": \"") && answer.contains("allowed: "), "\(line): \(answer)")
    }
    let episode = try #require(SongEpisode(try configuration(), seed: 5))
    let step = session.answer("{\"step\": {\"action\": \(episode.validActions[0])}}".utf8)
    #expect(step.contains("\"reward\": ") && step.contains("\"terminated\": false"))
  }
}
