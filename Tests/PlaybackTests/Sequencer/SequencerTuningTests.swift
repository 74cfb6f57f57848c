#if Playback
  import Core
  import Testing

  @testable import Playback

  /// What receivers are told of tunings when pieces in different ones follow each other, and when playback ends.
  @Suite struct SequencerTuningTests {
    private static let second: Int64 = 1_000_000_000

    private static func performance(_ rows: [String], _ output: MIDITuningOutput?, divisions: Int = 19) throws
      -> SequencerPerformance
    {
      SequencerPerformance(
        try piece(rows) {
          guard let output else { return }
          $0.tuning = Tuning.equal(divisions: divisions)
          $0.tuningOutput = output
        })
    }

    private static func take(_ timeline: inout SequencerTimeline, before horizon: Int64 = .max)
      -> [SequencerTimeline.Due]
    {
      var taken: [SequencerTimeline.Due] = []
      while let due = timeline.next(before: horizon) {
        taken.append(due)
        timeline.confirm(due)
      }
      // As the kernel's queue sorts them.
      return taken.enumerated().sorted { ($0.element.nanoseconds, $0.offset) < ($1.element.nanoseconds, $1.offset) }
        .map(\.element)
    }

    private static func messages(_ due: [SequencerTimeline.Due]) -> [MIDIMessage] {
      due.compactMap {
        guard case .midi(let message) = $0.message else { return nil }
        return message
      }
    }

    /// Onsets in order: when, and at which pitch.
    private static func heard(_ due: [SequencerTimeline.Due], state: ReceiverState = ReceiverState())
      -> [(time: Int64, pitch: Double)]
    {
      var state = state
      var heard: [(Int64, Double)] = []
      for event in due {
        guard case .midi(let message) = event.message else { continue }
        state.hear(message)
        guard case .noteOn(let channel, let key, 1...) = message else { continue }
        heard.append((event.nanoseconds, state.pitch(channel: channel, key: key)))
      }
      return heard
    }

    @Test(arguments: [MIDITuningOutput.mts, .mpe], [nil, .mts, .mpe] as [MIDITuningOutput?])
    func aPieceInAnotherTuningBeginsInTuneAfterTheOneBefore(_ first: MIDITuningOutput, _ second: MIDITuningOutput?)
      throws
    {
      var timeline = SequencerTimeline(sendsClock: false)
      timeline.enqueue(0, try Self.performance(["10", "01"], first, divisions: 31), now: 0)
      timeline.enqueue(1, try Self.performance(["10", "01"], second), now: 0)
      timeline.enqueue(2, try Self.performance(["10", "01"], nil), now: 0)
      let due = Self.take(&timeline)
      let expected = [1, 0, 1, 0, 1, 0].enumerated().map { index, row in
        let divisions = index < 2 ? 31.0 : index < 4 && second != nil ? 19 : 12
        return 60 + 12 / divisions * row
      }
      let heard = Self.heard(due)
      #expect(zip(heard, expected).allSatisfy { abs($0.pitch - $1) < 0.001 } && heard.count == 6)
      #expect(ReceiverState(Self.messages(due)).isTwelveToneEqual)
      // The first piece is over before anything is said that would bend its last note.
      let end = heard[0].time + Self.second
      // (MPE's setup is the same for every tuning: no words at all.)
      if (first, second) == (.mpe, .mpe) { return #expect(heard[2].time == end) }
      let next = try #require(due.first { $0.nanoseconds >= end })
      #expect(heard.filter { $0.time >= end }.count == 4)
      let between = due.filter { $0.nanoseconds > end && $0.nanoseconds < heard[2].time }
      #expect(next.nanoseconds <= end + 1_000_000 && between.count > 12)
      for (event, after) in zip(between, between.dropFirst()) {
        #expect(after.nanoseconds - event.nanoseconds >= 960_000)
      }
    }

    @Test(arguments: [MIDITuningOutput.mts, .mpe])
    func aPieceInTheSameTuningFollowsWithoutAGapOrAnotherSetup(_ output: MIDITuningOutput) throws {
      let performance = try Self.performance(["10", "01"], output)
      var timeline = SequencerTimeline(sendsClock: false)
      timeline.enqueue(0, performance, now: 0)
      timeline.enqueue(1, performance, now: 0)
      let due = Self.take(&timeline)
      let times = Self.heard(due).map(\.time)
      #expect(times.map { $0 - times[0] } == [0, 1, 2, 3].map { $0 * Self.second / 2 })
      #expect(due.count == performance.events.count * 2 - performance.setup.count)
      // The same after silence.
      _ = timeline.reports(now: times[0] + 2 * Self.second)
      #expect(timeline.isEmpty && timeline.receivers.outputs == [output])
      timeline.enqueue(2, performance, now: 9 * Self.second)
      #expect(timeline.next(before: .max)?.nanoseconds == 9 * Self.second + SequencerTimeline.lead)
    }

    @Test func whoJoinsBetweenTwoPiecesOfATuningIsToldOfIt() throws {
      let performance = try Self.performance(["10"], .mpe)
      var timeline = SequencerTimeline(sendsClock: false)
      #expect(timeline.setup == [])
      timeline.enqueue(0, performance, now: 0)
      _ = Self.take(&timeline)
      #expect(timeline.setup == performance.setup)
      _ = timeline.reports(now: 5 * Self.second)
      #expect(timeline.isEmpty && timeline.setup == performance.setup)
    }

    @Test(arguments: [nil, .mts, .mpe] as [MIDITuningOutput?])
    func skipInTheMiddleOfAnMPEPieceGoesOnInTune(_ next: MIDITuningOutput?) throws {
      var timeline = SequencerTimeline(sendsClock: false)
      timeline.enqueue(0, try Self.performance(["1100", "0011"], .mpe), now: 0)
      timeline.enqueue(1, try Self.performance(["10", "01"], next), now: 0)
      let before = Self.take(&timeline, before: Self.second)
      _ = timeline.reports(now: Self.second)
      _ = timeline.endNotes(now: Self.second)
      #expect(timeline.skip(now: Self.second) == [0])
      let after = Self.take(&timeline)
      let heard = Self.heard(after, state: ReceiverState(Self.messages(before)))
      let step = next == nil ? 1.0 : 12.0 / 19
      #expect(abs(heard[0].pitch - 60 - step) < 0.001 && abs(heard[1].pitch - 60) < 0.001)
      // A piece of the same tuning needs no words.
      #expect((heard[0].time == Self.second + SequencerTimeline.lead) == (next == .mpe))
    }

    @Test func skipDuringTheSetupSaysItAllAgain() throws {
      let performance = try Self.performance(["10"], .mpe)
      var timeline = SequencerTimeline(sendsClock: false)
      timeline.enqueue(0, performance, now: 0)
      timeline.enqueue(1, performance, now: 0)
      _ = Self.take(&timeline, before: SequencerTimeline.lead + 50_000_000)
      _ = timeline.skip(now: SequencerTimeline.lead + 50_000_000)
      #expect(timeline.receivers == .unknown([.mpe], channels: Set(0...8).union(10...15)))
      let messages = Self.messages(Self.take(&timeline))
      #expect(messages == MIDITuningOutput.mpe.reset(channels: []) + performance.events.map(\.message))
    }

    @Test func resumeBendsTheNotesThatBeginAgain() throws {
      var timeline = SequencerTimeline(sendsClock: false)
      timeline.enqueue(0, try Self.performance(["1111", "0000"], .mpe), now: 0)
      let before = Self.messages(Self.take(&timeline))
      let now = 9 * Self.second / 10
      _ = timeline.reports(now: now)
      timeline.pause(now: now)
      _ = timeline.endNotes(now: now)
      timeline.resume(now: 5 * Self.second)
      let again = Self.messages(Self.take(&timeline))
      #expect(Array(again.prefix(2)) == Array(before.suffix(3).prefix(2)))
      guard case .pitchBend = again[0], case .noteOn = again[1] else {
        Issue.record("not a bend and a note: \(again)")
        return
      }
    }

    @Test(arguments: [MIDITuningOutput.mts, .mpe])
    func stopLeavesTheResetToSendAndForgetsItThen(_ output: MIDITuningOutput) throws {
      let performance = try Self.performance(["1111", "1111"], output)
      var timeline = SequencerTimeline(sendsClock: false)
      timeline.enqueue(0, performance, now: 0)
      let before = Self.messages(Self.take(&timeline, before: Self.second))
      #expect(timeline.stop() == [0])
      #expect(!ReceiverState(before).isTwelveToneEqual)
      #expect(ReceiverState(before + timeline.receivers.reset).isTwelveToneEqual)
      timeline.receiversWereReset()
      #expect(timeline.receivers.reset == [])
      timeline.enqueue(1, performance, now: 0)
      #expect(Self.messages(Self.take(&timeline)) == performance.events.map(\.message))
    }

    @Test func twelveToneEqualTemperamentNeedsNoReset() throws {
      var timeline = SequencerTimeline(sendsClock: false)
      timeline.enqueue(0, try Self.performance(["10"], nil), now: 0)
      timeline.enqueue(1, try Self.performance(["10"], .off), now: 0)
      _ = Self.take(&timeline)
      #expect(timeline.receivers == .equal && timeline.receivers.reset == [])
    }
  }
#endif
