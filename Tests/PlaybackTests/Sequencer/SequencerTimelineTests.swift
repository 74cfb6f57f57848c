#if Playback
  import Core
  import Testing

  @testable import Playback

  @Suite struct SequencerTimelineTests {
    private static let second: Int64 = 1_000_000_000

    /// Takes and confirms all that is due before `horizon`.
    private static func take(_ timeline: inout SequencerTimeline, before horizon: Int64) -> [SequencerTimeline.Due] {
      var taken: [SequencerTimeline.Due] = []
      while let due = timeline.next(before: horizon) {
        taken.append(due)
        timeline.confirm(due)
      }
      return taken
    }

    private static func notes(_ due: [SequencerTimeline.Due]) -> [(Int64, UInt8, UInt8)] {
      due.compactMap {
        guard case .midi(.noteOn(_, let key, let velocity)) = $0.message else { return nil }
        return ($0.nanoseconds, key, velocity)
      }
    }

    private static func timeline(_ pieces: [[String]], clock: Bool = false, now: Int64 = 0) throws -> SequencerTimeline
    {
      var timeline = SequencerTimeline(sendsClock: clock)
      for (index, rows) in pieces.enumerated() {
        timeline.enqueue(UInt64(index), SequencerPerformance(try piece(rows)), now: now)
      }
      return timeline
    }

    @Test func piecesFollowEachOtherWithoutAGap() throws {
      var timeline = try Self.timeline([["11"], ["01"]], now: 7)
      let begin = 7 + SequencerTimeline.lead
      let notes = Self.notes(Self.take(&timeline, before: .max))
      #expect(notes.map(\.0) == [begin, begin + Self.second, begin + Self.second * 3 / 2, begin + 2 * Self.second])
      #expect(timeline.reports(now: begin - 1) == [])
      #expect(timeline.reports(now: begin) == [.started(0)])
      #expect(timeline.reports(now: begin + Self.second) == [.finished(0), .started(1)])
      #expect(timeline.position(now: begin + Self.second + 5)?.offset == 5)
      #expect(timeline.reports(now: begin + 2 * Self.second) == [.finished(1)])
      #expect(timeline.isEmpty)
      #expect(timeline.reports(now: .max) == [])
    }

    @Test func onlyWhatIsWithinTheHorizonIsTaken() throws {
      var timeline = try Self.timeline([["1010"]])
      #expect(Self.notes(Self.take(&timeline, before: Self.second)).count == 2)
      #expect(Self.notes(Self.take(&timeline, before: Self.second)).isEmpty)
      #expect(Self.notes(Self.take(&timeline, before: 2 * Self.second)).count == 2)
    }

    @Test func aPieceAfterSilenceBeginsAtOnce() throws {
      var timeline = try Self.timeline([["1"]])
      _ = Self.take(&timeline, before: .max)
      _ = timeline.reports(now: 5 * Self.second)
      timeline.enqueue(9, SequencerPerformance(try piece(["1"])), now: 9 * Self.second)
      #expect(timeline.next(before: .max)?.nanoseconds == 9 * Self.second + SequencerTimeline.lead)
    }

    @Test func pauseEndsNotesAndResumeBeginsThemAgain() throws {
      var timeline = try Self.timeline([["1111", "0011"]])
      _ = Self.take(&timeline, before: Self.second)
      let now = SequencerTimeline.lead + 700_000_000
      _ = timeline.reports(now: now)
      timeline.pause(now: now)
      #expect(timeline.endNotes(now: now) == [.noteOn(channel: 0, key: 61, velocity: 0)])
      #expect(timeline.next(before: .max) == nil)
      #expect(timeline.position(now: now + 99)?.offset == 700_000_000)
      let later = 10 * Self.second
      timeline.resume(now: later)
      let begin = later + SequencerTimeline.lead
      let notes = Self.notes(Self.take(&timeline, before: .max))
      #expect(notes.map(\.1) == [61, 60, 60, 61])
      #expect(notes.map(\.2) == [100, 100, 0, 0])
      #expect(notes.map(\.0) == [begin, begin + 300_000_000, begin + 1_300_000_000, begin + 1_300_000_000])
      #expect(timeline.reports(now: begin + 1_300_000_000) == [.finished(0)])
    }

    @Test func pauseBeforeTheFirstNoteLosesNothing() throws {
      var timeline = try Self.timeline([["10"]])
      let all = Self.take(&timeline, before: .max).count
      timeline.pause(now: 0)
      timeline.resume(now: Self.second)
      #expect(Self.take(&timeline, before: .max).count == all)
    }

    @Test func skipGoesOnWithTheNextAtOnce() throws {
      var timeline = try Self.timeline([["1111"], ["1"], ["1"]])
      _ = Self.take(&timeline, before: 3 * Self.second)
      let now = Self.second
      #expect(timeline.endNotes(now: now) == [.noteOn(channel: 0, key: 60, velocity: 0)])
      #expect(timeline.skip(now: now) == [0])
      let begin = now + SequencerTimeline.lead
      #expect(
        Self.notes(Self.take(&timeline, before: .max)).map(\.0) == [0, 1, 1, 2].map { begin + $0 * Self.second / 2 })
    }

    @Test func skipWhilePausedStaysPaused() throws {
      var timeline = try Self.timeline([["11"], ["1"]])
      _ = Self.take(&timeline, before: 3 * Self.second)
      timeline.pause(now: Self.second / 2)
      #expect(timeline.skip(now: Self.second) == [0])
      #expect(timeline.isPaused && timeline.next(before: .max) == nil)
      timeline.resume(now: 5 * Self.second)
      #expect(Self.notes(Self.take(&timeline, before: .max)).first?.0 == 5 * Self.second + SequencerTimeline.lead)
    }

    @Test func skipAndStopAndResumeOfNothing() {
      var timeline = SequencerTimeline(sendsClock: true)
      #expect(timeline.skip(now: 0) == [])
      timeline.pause(now: 0)
      timeline.resume(now: 1)
      #expect(timeline.stop() == [])
      #expect(timeline.next(before: .max) == nil)
    }

    @Test func clockIs24AQuarterNoteAndStartsOnce() throws {
      var timeline = try Self.timeline([["10"], ["10"]], clock: true)
      let all = Self.take(&timeline, before: .max)
      #expect(all.first?.message == .start)
      #expect(all.filter { $0.message == .start }.count == 1)
      let clocks = all.filter { $0.message == .clock }.map { $0.nanoseconds - SequencerTimeline.lead }
      #expect(clocks.count == 96)
      #expect(clocks.enumerated().allSatisfy { $0.element == Int64($0.offset) * 500_000_000 / 24 })
      #expect(all.map(\.nanoseconds) == all.map(\.nanoseconds).sorted())
    }

    @Test func veryShortStepsDoNotFloodTheCableWithClocks() throws {
      var timeline = SequencerTimeline(sendsClock: true)
      let short = try piece([String(repeating: "10", count: 2048)]) { $0.stepSeconds = 0.001 }
      timeline.enqueue(0, SequencerPerformance(short), now: 0)
      let clocks = Self.take(&timeline, before: .max).filter { $0.message == .clock }.count
      #expect(clocks <= 4096 / 1000 * 240 + 240 && clocks > 500)
    }
  }

  @Suite struct SoundingNotesTests {
    private func on(_ key: UInt8, _ velocity: UInt8 = 90) -> MIDIMessage {
      .noteOn(channel: 0, key: key, velocity: velocity)
    }

    @Test func notesCountFromWhenTheyAreDue() {
      var notes = SoundingNotes()
      notes.sent(on(60), at: 10)
      notes.sent(on(64), at: 20)
      notes.sent(on(60, 0), at: 30)
      notes.advance(to: 9)
      #expect(notes.notes.isEmpty)
      notes.advance(to: 20)
      #expect(notes.notes.map(\.key.key) == [60, 64])
      notes.advance(to: 30)
      #expect(notes.notes.map(\.key.key) == [64])
    }

    @Test func endAllIncludesWhatMayHaveJustBegun() {
      var notes = SoundingNotes()
      notes.sent(on(60), at: 10)
      notes.sent(on(61), at: 1_000_000)
      notes.sent(on(62), at: 500_000_000)
      #expect(notes.endAll(at: 20) == [on(60, 0), on(61, 0)])
      #expect(notes.endAll(at: 600_000_000).isEmpty)
    }
  }
#endif
