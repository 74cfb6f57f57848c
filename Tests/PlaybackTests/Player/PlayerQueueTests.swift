#if Playback
  import Core
  import Testing

  @testable import Playback

  @Suite struct PlayerQueueTests {
    private func queue(_ yaml: String) throws -> PlayerQueue {
      PlayerQueue(try Configuration(text: "playback: {\(yaml)}", file: "x").playback)
    }

    private func best(_ population: Int, isImprovement: Bool = false) -> PlayerPiece {
      PlayerPiece(TestPiece.melody(steps: 33), role: .population(population, isImprovement: isImprovement))
    }

    private func titles(_ queue: inout PlayerQueue) -> [String] {
      var titles: [String] = []
      while let next = queue.next() { titles.append(next.title) }
      return titles
    }

    /// 100 populations of which every third is an improvement, then two pieces.
    private func train(_ queue: inout PlayerQueue) {
      for population in 1...100 { _ = queue.offer(best(population, isImprovement: population % 3 == 1)) }
      for number in 1...2 { _ = queue.offer(PlayerPiece(TestPiece.melody(steps: 33), role: .final(number))) }
    }

    @Test func milestonesArePowersOfTwo() throws {
      var queue = try queue("follow: milestones")
      train(&queue)
      #expect(
        titles(&queue) == [1, 2, 4, 8, 16, 32, 64].map { "population \($0)" } + ["piece 1", "piece 2"])
    }

    @Test func newestDropsWhatIsStale() throws {
      var queue = try queue("follow: newest")
      _ = queue.offer(best(1))
      #expect(queue.next()?.title == "population 1")
      for population in 2...50 { _ = queue.offer(best(population)) }
      #expect(queue.count == 1)
      #expect(queue.next()?.title == "population 50")
      train(&queue)
      #expect(titles(&queue) == ["piece 1", "piece 2"])
    }

    @Test func improvementsAreBounded() throws {
      var queue = try queue("follow: improvements")
      train(&queue)
      let heard = titles(&queue)
      #expect(heard.suffix(3) == ["population 100", "piece 1", "piece 2"])
      #expect(heard.count == PlayerQueue.longest + 2)
      #expect(heard.first == "population 55")
    }

    @Test func aDaemonsPiecesAreBounded() throws {
      var queue = try queue("follow: final")
      for number in 1...1000 { _ = queue.offer(PlayerPiece(TestPiece.melody(), role: .library(Int64(number)))) }
      #expect(queue.count == PlayerQueue.longestOfLibrary)
      #expect(titles(&queue).last == "piece 1000")
    }

    @Test func finalMeansFinal() throws {
      var queue = try queue("follow: final")
      train(&queue)
      #expect(titles(&queue) == ["piece 1", "piece 2"])
    }

    @Test func listeningHearsEveryPopulation() throws {
      let queue = try queue("pace: listen")
      #expect((1...100).allSatisfy { queue.wants(population: $0, isImprovement: false) })
    }

    @Test func excerptsAreForTheTrainingOnly() throws {
      var queue = try queue("excerpt_in_steps: 4")
      train(&queue)
      #expect(queue.next()?.piece.roll.stepCount == 4)
      var last: PlayerPiece?
      while let next = queue.next() { last = next }
      #expect(last?.piece.roll.stepCount == 33)
    }
  }
#endif
