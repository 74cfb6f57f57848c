#if Playback
  import Core
  import Testing

  @testable import Playback

  /// Other places of a piece: seeking, a master's song position, and what is said of it as a master.
  @Suite struct SequencerTimelinePlaceTests {
    private static let step: Int64 = 500_000_000
    private static let lead = SequencerTimeline.lead

    private static func take(_ timeline: inout SequencerTimeline, before horizon: Int64) -> [SequencerTimeline.Due] {
      var taken: [SequencerTimeline.Due] = []
      while let due = timeline.next(before: horizon) {
        taken.append(due)
        timeline.confirm(due)
      }
      return taken
    }

    /// Beginnings of notes: when, and which key.
    private static func onsets(_ due: [SequencerTimeline.Due]) -> [[Int64]] {
      due.compactMap {
        guard case .midi(.noteOn(_, let key, 1...)) = $0.message else { return nil }
        return [$0.nanoseconds, Int64(key)]
      }
    }

    private static func transport(_ due: [SequencerTimeline.Due]) -> [SequencerTimeline.Due] {
      due.filter { if case .midi = $0.message { false } else { $0.message != .clock } }
    }

    // MARK: Seeking

    @Test func seekBeginsTheNotesThatSoundThere() throws {
      // Two rows: the upper sounds in steps 1 and 2, the lower in 0 and 3.
      var timeline = SequencerTimeline(sendsClock: false)
      timeline.enqueue(1, SequencerPerformance(try piece(["0110", "1001"])), now: 0)
      _ = Self.take(&timeline, before: Self.lead + 1)
      _ = timeline.reports(now: Self.lead)
      let now = Self.lead + 1
      #expect(timeline.endNotes(now: now) == [.noteOn(channel: 0, key: 60, velocity: 0)])
      timeline.seek(to: 3 * Self.step / 2, now: now)
      let begin = now + Self.lead
      #expect(Self.onsets(Self.take(&timeline, before: .max)) == [[begin, 61], [begin + 3 * Self.step / 2, 60]])
      #expect(timeline.position(now: begin)?.offset == 3 * Self.step / 2)
      #expect(timeline.reports(now: begin + 5 * Self.step / 2) == [.finished(1)])
    }

    @Test func seekToAnOnsetPlaysItOnce() throws {
      var timeline = SequencerTimeline(sendsClock: false)
      timeline.enqueue(1, SequencerPerformance(try piece(["1010"])), now: 0)
      timeline.seek(to: 2 * Self.step, now: 0)
      let events = Self.take(&timeline, before: .max)
      #expect(Self.onsets(events) == [[Self.lead, 60]])
      // The program was never said, so it comes first.
      guard case .midi(.programChange) = events[2].message else {
        Issue.record("\(events)")
        return
      }
    }

    @Test func seekWhilePausedWaits() throws {
      var timeline = SequencerTimeline(sendsClock: false)
      timeline.enqueue(1, SequencerPerformance(try piece(["1111", "0011"])), now: 0)
      _ = Self.take(&timeline, before: Self.lead + 1)
      timeline.pause(now: Self.lead + 1)
      _ = timeline.endNotes(now: Self.lead + 1)
      timeline.seek(to: 5 * Self.step / 2, now: Self.lead + 1)
      #expect(timeline.next(before: .max) == nil && timeline.position(now: 0)?.offset == 5 * Self.step / 2)
      timeline.resume(now: 9 * Self.step)
      let begin = 9 * Self.step + Self.lead
      #expect(Set(Self.onsets(Self.take(&timeline, before: .max))) == [[begin, 60], [begin, 61]])
    }

    @Test(arguments: [-1, 0, 1, Int64.max]) func seekAnywhereStaysInThePiece(_ offset: Int64) throws {
      var timeline = SequencerTimeline(sendsClock: true)
      timeline.seek(to: offset, now: 0)
      timeline.enqueue(1, SequencerPerformance(try piece(["10"])), now: 0)
      timeline.seek(to: offset, now: 0)
      _ = Self.take(&timeline, before: .max)
      #expect(timeline.reports(now: Self.lead + 2 * Self.step) == [.started(1), .finished(1)])
    }

    // MARK: As a master

    @Test func theClockGoesOnAtASixteenthThatItNames() throws {
      var timeline = SequencerTimeline(sendsClock: true)
      timeline.enqueue(1, SequencerPerformance(try piece(["11111111"])), now: 0)
      _ = Self.take(&timeline, before: Self.lead + 1)
      // A step and a little: 24 clocks and 1 have gone out.
      let now = Self.lead + Self.step + 10_000_000
      _ = timeline.reports(now: now)
      timeline.pause(now: now)
      timeline.clockStopped()
      timeline.resume(now: 0)
      let due = Self.take(&timeline, before: .max)
      // The fifth sixteenth note of the song is a quarter of a step after its second step.
      let place = Self.lead - 10_000_000 + Self.step / 4
      #expect(
        Self.transport(due) == [
          .init(nanoseconds: place, message: .position(5)), .init(nanoseconds: place, message: .resume),
        ])
      let clocks = due.filter { $0.message == .clock }
      #expect(clocks.first?.nanoseconds == place)
      #expect(clocks.count == 8 * 24 - 30)
    }

    @Test func theNextPieceCountsOn() throws {
      var timeline = SequencerTimeline(sendsClock: true)
      timeline.enqueue(1, SequencerPerformance(try piece(["11"])), now: 0)
      timeline.enqueue(2, SequencerPerformance(try piece(["1111"])), now: 0)
      _ = Self.take(&timeline, before: .max)
      let begin = Self.lead + 2 * Self.step
      _ = timeline.reports(now: begin + 1)
      timeline.clockStopped()
      timeline.seek(to: Self.step, now: begin + 1)
      let transport = Self.transport(Self.take(&timeline, before: .max))
      // Two steps of the first piece and one of the second: twelve sixteenth notes.
      #expect(transport.map(\.message) == [.position(12), .resume])
      #expect(transport.first?.nanoseconds == begin + 1 + Self.lead)
    }

    // MARK: As a slave

    private static func followed(_ rows: [String], _ id: UInt64, _ timeline: inout SequencerTimeline, now: Int64) throws
    {
      let performance = SequencerPerformance.followed(try piece(rows))
      timeline.enqueue(id, performance, now: now)
    }

    /// Two pieces of four steps in the time of a master that is stopped at 0.
    private static func waiting() throws -> SequencerTimeline {
      var timeline = SequencerTimeline(sendsClock: false, grid: FollowedTime.bar(.common))
      timeline.pause(now: 0)
      try followed(["1010"], 1, &timeline, now: 0)
      try followed(["1111"], 2, &timeline, now: 0)
      return timeline
    }

    private static let quarter = FollowedTime.quarter

    @Test func aStartBeginsThePieceAtZero() throws {
      var timeline = try Self.waiting()
      #expect(timeline.next(before: .max) == nil)
      #expect(timeline.locate(0, startsNext: true) == [])
      #expect(
        Self.onsets(Self.take(&timeline, before: .max)) == [[0, 60], [2 * Self.quarter, 60], [4 * Self.quarter, 60]])
      #expect(timeline.reports(now: 4 * Self.quarter) == [.started(1), .finished(1), .started(2)])
    }

    @Test func anotherStartGoesToTheNextPiece() throws {
      var timeline = try Self.waiting()
      _ = timeline.locate(0, startsNext: true)
      _ = timeline.reports(now: Self.quarter)
      _ = timeline.endNotes(now: .max / 2)
      #expect(timeline.locate(0, startsNext: true) == [1])
      #expect(timeline.reports(now: 0) == [.started(2)])
      // It is the last: the same again.
      #expect(timeline.locate(0, startsNext: true) == [])
      #expect(Self.onsets(Self.take(&timeline, before: .max)) == [[0, 60]])
    }

    @Test func orTheSame() throws {
      var timeline = try Self.waiting()
      _ = timeline.locate(0, startsNext: true)
      _ = timeline.reports(now: Self.quarter)
      #expect(timeline.locate(0, startsNext: false) == [])
      #expect(Self.onsets(Self.take(&timeline, before: .max)).count == 3)
    }

    @Test func aPositionIsAPlaceOfThePieces() throws {
      var timeline = try Self.waiting()
      #expect(timeline.locate(3 * Self.quarter, startsNext: nil) == [])
      #expect(Self.onsets(Self.take(&timeline, before: .max)) == [[4 * Self.quarter, 60]])
      // In the second piece, whose only note sounds by then.
      #expect(timeline.locate(6 * Self.quarter, startsNext: nil) == [1])
      #expect(Self.onsets(Self.take(&timeline, before: .max)) == [[6 * Self.quarter, 60]])
      _ = timeline.reports(now: 6 * Self.quarter)
      // Before and behind everything: the piece over and over.
      #expect(timeline.locate(1 * Self.quarter, startsNext: nil) == [])
      #expect(timeline.position(now: Self.quarter)?.offset == Self.quarter)
      #expect(timeline.locate(403 * Self.quarter, startsNext: nil) == [])
      #expect(timeline.position(now: 403 * Self.quarter)?.offset == 3 * Self.quarter)
    }

    @Test func whatComesLateWaitsForABar() throws {
      var timeline = SequencerTimeline(sendsClock: false, grid: FollowedTime.bar(.common))
      try Self.followed(["1"], 1, &timeline, now: 5 * Self.quarter)
      #expect(Self.onsets(Self.take(&timeline, before: .max)) == [[8 * Self.quarter, 60]])
    }
  }
#endif
