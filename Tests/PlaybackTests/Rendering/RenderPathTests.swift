#if Playback
  import CMallocCounter
  import Core
  import Foundation
  import Testing

  @testable import Playback

  /// What the audio thread itself does while it plays: no allocation, no free, no lock. FluidSynth's OpenMP runtime
  /// allocates once for every call that renders: the documented exception.
  @Suite(.enabled(if: malloc_counter_works(), "a sanitizer counts allocations itself"))
  struct PlaybackRenderPathTests {
    /// Counts over a whole piece with a pause, a resume, a volume change and a skip in it.
    private func count(_ engine: any SoundEngine) throws -> (counts: malloc_counts, blocks: Int) {
      let loop = RenderLoop(engine: engine, volume: 0.8)
      let pieces = [TestPiece.melody(steps: 33), TestPiece.melody(steps: 33), TestPiece.melody([3, 4, 5], steps: 20)]
      let timelines = pieces.map { engine.timeline(of: $0) }
      for timeline in timelines { _ = loop.commands.push(RenderMessage(kind: .play, piece: timeline.contents)) }
      let format = PCMSampleFormat.s16
      let tap = SampleTap()
      tap.beginWanting()
      let left = UnsafeMutablePointer<Float>.allocate(capacity: 960)
      let right = UnsafeMutablePointer<Float>.allocate(capacity: 960)
      let bytes = UnsafeMutableRawPointer.allocate(byteCount: 4 * 960, alignment: 16)
      defer {
        left.deallocate()
        right.deallocate()
        bytes.deallocate()
      }
      let blocks = 400
      malloc_counter_begin()
      for block in 0..<blocks {
        switch block {
        case 20: _ = loop.commands.push(RenderMessage(kind: .pause))
        case 25: _ = loop.commands.push(RenderMessage(kind: .resume))
        case 30: _ = loop.commands.push(RenderMessage(kind: .volume, value: 0.5))
        case 40: _ = loop.commands.push(RenderMessage(kind: .skip))
        default: break
        }
        loop.takeCommands()
        loop.render(left: left, right: right, frameCount: 960)
        let heard = loop.heard
        tap.push(
          left: left, right: right, frameCount: 960, item: heard.item, pieceFrame: heard.frame, isMoving: heard.isMoving
        )
        format.interleave(left: left, right: right, frameCount: 960, channelCount: 2, into: bytes)
        while loop.reports.pop() != nil {}
      }
      let counts = malloc_counter_end()
      withExtendedLifetime(timelines) {}
      return (counts, blocks)
    }

    @Test func sine() throws {
      let (counts, _) = try count(SineEngine(sampleRate: 48_000))
      #expect(counts.allocations == 0 && counts.frees == 0 && counts.locks == 0)
    }

    @Test func fluidSynth() throws {
      let engine = try OwnSoundfont.withFile { try FluidSynthEngine(sampleRate: 48_000, soundfont: $0) }
      let (counts, blocks) = try count(engine)
      // At most one for each call that renders; a block is cut at onsets, so a few more than blocks.
      #expect(counts.allocations <= 3 * blocks)
      #expect(counts.allocations == counts.frees)
      #expect(counts.locks == 0)
    }
  }
#endif
