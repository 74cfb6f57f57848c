#if Playback
  import Core
  import Foundation
  import Testing

  @testable import Playback

  /// Listeners, the encoder's thread, and the real audio thread before it.
  @Suite(.timeLimit(.minutes(3))) struct SoundStreamTests {
    @Test func whoDoesNotReadLosesTheStreamAndNobodyElseDoes() async throws {
      let stream = SoundStream()
      let output = try AudioOutput(
        sink: RecordingSink(pace: 100), options: .init(idleSeconds: 1000, priority: 0, stream: stream)
      ) { ToneEngine(sampleRate: $0) }
      let lazy = try #require(stream.open(.flac))
      let keen = try #require(stream.open(.flac))
      // Whoever reads goes on when the other one has lost it.
      var more = 0
      for await _ in keen.blocks where stream.count < 2 {
        more += 1
        if more == 3 { break }
      }
      #expect(more == 3)
      var blocks = 0
      for await _ in lazy.blocks { blocks += 1 }
      // What waited for it is still there, then it is over.
      #expect((1...200).contains(blocks))
      stream.close(keen.number)
      #expect(stream.count == 0)
      await output.close()
    }

    @Test func thereIsALimitAndAnEnd() async throws {
      let stream = SoundStream()
      let all = (0..<SoundStream.limit).compactMap { _ in stream.open(.opus) }
      #expect(all.count == SoundStream.limit && stream.open(.opus) == nil)
      var counts: [Int] = []
      stream.close(all[0].number)
      counts.append(stream.count)
      stream.finish()
      counts.append(stream.count)
      #expect(counts == [SoundStream.limit - 1, 0] && stream.open(.opus) == nil)
      for await _ in all[1].blocks {}
    }

    /// What a listener gets is what the device gets, and the marks say where in it each piece begins.
    @Test func marksStandWhereThePiecesBegin() async throws {
      let stream = SoundStream()
      let listener = try #require(stream.open(.mp3, name: "me"))
      let sink = RecordingSink(pace: 1)
      let output = try AudioOutput(sink: sink, options: .init(priority: 0, stream: stream)) {
        ToneEngine(sampleRate: $0)
      }
      for id in 1...2 {
        output.enqueue(
          PlayerItem(id: UInt64(id), piece: TestPiece.melody(), label: PieceLabel(title: "piece \(id)", id: Int64(id))))
      }
      for await event in output.events where event == .idle { break }
      #expect(await becomes { stream.marks.contains { $0.title == nil } })
      let marks = stream.marks
      #expect(marks.map(\.title).filter { $0 != nil } == ["piece 1", "piece 2"])
      #expect(marks.compactMap(\.piece) == [1, 2])
      let seconds = marks[1].at - marks[0].at + marks[0].seconds
      #expect(abs(seconds - TestPiece.melody().seconds) < 0.003)
      #expect(try #require(stream.start(of: "me")) <= marks[0].at)
      #expect(stream.start(of: "you") == nil)
      #expect(stream.title == "piece 2")
      await output.close()
      stream.close(listener.number)
    }
  }
#endif
