#if Playback
  import Testing

  @testable import Playback

  @Suite struct ClockFollowerTests {
    // MARK: Tempo and phase

    @Test(arguments: [30.0, 60, 120, 180, 300]) func aSteadyTempoIsKnownAfterABeat(_ tempo: Double) {
      let master = SimulatedMaster(seconds: 30) { _ in tempo }
      var follower = ClockFollower()
      let beats = FollowedBeats(master, follower: &follower)
      #expect(follower.isLocked)
      #expect(abs(follower.tempo - tempo) < 1e-6)
      // The very first prediction is that of a beat's end.
      #expect(beats.percentile(1, after: 0) < 0.001)
    }

    /// Whoever wakes up late finds a start and clocks whose stamps are worth nothing: all of them count.
    @Test func clocksOfAStampThatStoodStillAreCounted() {
      let source = SequencerAddress(client: 20, port: 0)
      let messages: [ClockFollower.Message] = [.start, .clock, .clock, .clock, .clock, .clock]
      let stale = messages.map {
        SequencerClient.Incoming.input(InputEvent(source: source, nanoseconds: 0, content: .transport($0)))
      }
      var follower = ClockFollower()
      let now: Int64 = 7_000_000
      let stamped = SequencerClient.Incoming.stamped(
        stale, isRunning: false, period: follower.filter.period, start: { now })
      for case .input(let event) in stamped {
        guard case .transport(let message) = event.content else { continue }
        _ = follower.receive(message, at: Double(event.nanoseconds))
      }
      #expect(abs(follower.position(at: Double(now)) - 4) < 0.01)
      // A clock that runs has stamped them already, and what needs none starts none.
      #expect(
        SequencerClient.Incoming.stamped(stale, isRunning: true, period: 1, start: { now }).allSatisfy {
          if case .input(let event) = $0 { event.nanoseconds == 0 } else { false }
        })
      var starts = 0
      let gone = [SequencerClient.Incoming.announcement(.portGone(source))]
      _ = SequencerClient.Incoming.stamped(gone, isRunning: false, period: 1) {
        starts += 1
        return now
      }
      #expect(starts == 0)
    }

    @Test(arguments: [60.0, 120, 180]) func jitterOfThreeMillisecondsIsSmoothed(_ tempo: Double) {
      let master = SimulatedMaster(seconds: 600) { _ in tempo }
      var follower = ClockFollower()
      let beats = FollowedBeats(master, jitterMilliseconds: 3, follower: &follower)
      #expect(beats.percentile(0.99, after: 4) < 2.5)
      #expect(beats.percentile(0.5, after: 4) < 1)
      // No drift: where it thinks the end is, is the end.
      let last = beats.errors.suffix(100).reduce(0, +) / 100
      #expect(abs(last) < 0.5)
      #expect(abs(follower.tempo - tempo) < tempo / 100)
    }

    /// From 60 to 180 and back, 4 bpm a second.
    @Test func aRampIsFollowed() {
      let master = SimulatedMaster(seconds: 60) { second in second < 30 ? 60 + 4 * second : 300 - 4 * second }
      var follower = ClockFollower()
      let beats = FollowedBeats(master, follower: &follower)
      #expect(beats.percentile(0.99) < 2)
    }

    @Test func aSuddenTempoIsKnownWithinABeat() {
      for (before, after) in [(120.0, 60.0), (60, 120), (120, 125), (120, 40), (100, 300)] {
        let master = SimulatedMaster(seconds: 20) { second in second < 10 ? before : after }
        var follower = ClockFollower()
        let beats = FollowedBeats(master, follower: &follower)
        #expect(abs(follower.tempo - after) < 0.001 * after, "\(before) to \(after)")
        let last = beats.errors.last ?? .infinity
        #expect(abs(last) < 0.1, "\(before) to \(after): \(last)")
      }
    }

    @Test(arguments: [60.0, 120, 180]) func lostTicksAreCounted(_ tempo: Double) {
      let master = SimulatedMaster(seconds: 120) { _ in tempo }
      var follower = ClockFollower()
      // Single ones, pairs, and a whole second.
      let beats = FollowedBeats(master, jitterMilliseconds: 1, follower: &follower) { index in
        index > 30 && (index % 37 == 0 || index % 53 < 2 || (1000..<1000 + Int(24 * tempo / 60)).contains(index))
      }
      #expect(beats.percentile(1) < 5)
    }

    @Test func ticksThatWereHeldUpAreNotCountedTwice() {
      let master = SimulatedMaster(seconds: 30) { _ in 120 }
      var follower = ClockFollower()
      _ = follower.receive(.start, at: 0)
      for (index, tick) in master.ticks.enumerated() {
        // Nine ticks wait for the tenth, and come in its wake.
        let isHeldUp = index > 100 && index % 100 < 10
        let release = master.ticks[min(master.ticks.count - 1, index / 100 * 100 + 9)].time
        _ = follower.receive(.clock, at: isHeldUp ? release + Double(index % 100) * 1e5 : tick.time)
      }
      let end = master.ticks[master.ticks.count - 1]
      #expect(abs(follower.time(of: Double(end.position)) - end.time) < 1e6)
    }

    // MARK: Transport

    /// Ticks at 120 bpm from a time on.
    private func run(_ follower: inout ClockFollower, ticks: Int, from time: Double) -> [ClockFollower.Change] {
      (0..<ticks).flatMap { follower.receive(.clock, at: time + Double($0) * 500e6 / 24) }
    }

    @Test func startBeginsAtTheFirstClock() {
      var follower = ClockFollower()
      #expect(follower.receive(.start, at: 1e9) == [])
      #expect(!follower.isRunning && follower.position(at: 3e9) == 0)
      #expect(follower.receive(.clock, at: 4e9) == [.moved(to: 0, isStart: true)])
      #expect(follower.isRunning && follower.time(of: 0) == 4e9)
    }

    @Test func aClockThatRunsBeforeTheStartIsKnownByThen() {
      var follower = ClockFollower()
      #expect(run(&follower, ticks: 100, from: 1e9) == [])
      #expect(follower.isLocked && !follower.isRunning)
      // The master begins a tick anew with its song.
      let start = 1e9 + 100 * 500e6 / 24 + 7e6
      #expect(follower.receive(.start, at: start) == [])
      #expect(follower.receive(.clock, at: start) == [.moved(to: 0, isStart: true)])
      #expect(abs(follower.time(of: 1) - start - 500e6 / 24) < 1000)
    }

    @Test func continueGoesOnWhereItWasStopped() {
      var follower = ClockFollower()
      _ = follower.receive(.start, at: 0)
      _ = run(&follower, ticks: 31, from: 1e6)
      #expect(follower.receive(.stop, at: 0.64e9) == [.stopped])
      #expect(follower.position(at: 9e9) == 31)
      #expect(follower.receive(.stop, at: 0.65e9) == [])
      _ = follower.receive(.resume, at: 1e9)
      #expect(follower.receive(.clock, at: 1.1e9) == [.moved(to: 31, isStart: false)])
    }

    @Test func positionIsWhereItGoesOn() {
      var follower = ClockFollower()
      _ = follower.receive(.position(20), at: 0)
      #expect(follower.position(at: 0) == 120)
      _ = follower.receive(.resume, at: 1)
      #expect(follower.receive(.clock, at: 2) == [.moved(to: 120, isStart: false)])
      _ = follower.receive(.stop, at: 3)
      _ = follower.receive(.position(0), at: 4)
      _ = follower.receive(.resume, at: 5)
      #expect(follower.receive(.clock, at: 6) == [.moved(to: 0, isStart: true)])
      // Start is start.
      _ = follower.receive(.stop, at: 7)
      _ = follower.receive(.position(9), at: 8)
      _ = follower.receive(.start, at: 9)
      #expect(follower.receive(.clock, at: 10) == [.moved(to: 0, isStart: true)])
    }

    @Test func aJumpInFullFlight() {
      var follower = ClockFollower()
      _ = follower.receive(.start, at: 0)
      _ = run(&follower, ticks: 48, from: 1e6)
      let next = 1e6 + 48 * 500e6 / 24
      #expect(follower.receive(.position(16), at: next - 1e6) == [])
      #expect(follower.receive(.clock, at: next) == [.moved(to: 96, isStart: false)])
      #expect(abs(follower.position(at: next + 250e6) - 108) < 0.01)
      // A position that is where it is anyway disturbs nothing.
      _ = run(&follower, ticks: 5, from: next + 500e6 / 24)
      _ = follower.receive(.position(17), at: next + 5.5 * 500e6 / 24)
      #expect(follower.receive(.clock, at: next + 6 * 500e6 / 24) == [])
    }

    /// Gaps of one length in a row turn out to be a slower tempo. What was taken for lost in them before the master said
    /// where it is has nothing to do with where it is now.
    @Test func aJumpAmongGapsStays() {
      var follower = ClockFollower()
      let tick = 500e6 / 24
      _ = follower.receive(.start, at: 0)
      _ = run(&follower, ticks: 48, from: 1e6)
      var time = 1e6 + 47 * tick
      for gap in 0..<3 {
        time += 4 * tick
        if gap == 1 { _ = follower.receive(.position(0), at: time - 1e6) }
        _ = follower.receive(.clock, at: time)
      }
      #expect(follower.position(at: time) == 1)
    }

    /// A tempo that jumps up has its next tick in the future; who is stopped then, on its own, is not before the beginning.
    @Test func nobodyIsBeforeTheBeginning() {
      var follower = ClockFollower(goesOn: true)
      for index in 0..<30 { _ = follower.receive(.clock, at: Double(index) * 400e6) }
      _ = follower.receive(.start, at: 12e9)
      for time in [12e9, 12e9, 12.02e9] { _ = follower.receive(.clock, at: time) }
      _ = follower.advance(to: 15e9)
      _ = follower.receive(.stop, at: 12.02e9)
      #expect(follower.position(at: 12.02e9) >= 0)
      _ = follower.receive(.resume, at: 12.04e9)
      for case .moved(let position, _) in follower.receive(.clock, at: 12.06e9) { #expect(position >= 0) }
    }

    // MARK: Loss

    @Test func whoeverGoesWithoutAWordIsWaitedFor() {
      var follower = ClockFollower()
      _ = follower.receive(.start, at: 0)
      _ = run(&follower, ticks: 49, from: 1e6)
      let last = 1e6 + 48 * 500e6 / 24
      #expect(follower.deadline == last + 2e9)
      #expect(follower.advance(to: last + 1.99e9) == [])
      #expect(follower.advance(to: last + 2e9) == [.lost(isHeld: true)])
      #expect(follower.advance(to: last + 9e9) == [] && !follower.isRunning)
      let held = follower.position(at: last + 99e9)
      #expect(held == 144)
      #expect(follower.receive(.clock, at: last + 10e9) == [.found, .moved(to: held, isStart: false)])
    }

    @Test func orGoneOnWithout() {
      var follower = ClockFollower(goesOn: true)
      _ = follower.receive(.start, at: 0)
      _ = run(&follower, ticks: 49, from: 1e6)
      let last = 1e6 + 48 * 500e6 / 24
      #expect(follower.advance(to: last + 2e9) == [.lost(isHeld: false)])
      #expect(abs(follower.position(at: last + 60e9) - (48 + 2880)) < 0.01)
      #expect(follower.planningLimit(at: last + 60e9, margin: 0) > 2928)
      // It is back, a little later than it would have been.
      #expect(follower.receive(.clock, at: last + 60e9 + 5e6) == [.found])
      #expect(follower.position(at: last + 60e9 + 5e6) == 2928)
      #expect(follower.receive(.stop, at: last + 60.1e9) == [.stopped])
    }

    // MARK: Hostile masters

    @Test func oneMasterAtATime() {
      var follower = ClockFollower()
      _ = follower.receive(.start, from: 1, at: 0)
      var changes: [ClockFollower.Change] = []
      for tick in 0..<480 {
        let time = 1e6 + Double(tick) * 500e6 / 24
        changes += follower.receive(.clock, from: 1, at: time)
        changes += follower.receive(tick % 50 == 0 ? .start : .clock, from: 2, at: time + 7e6)
        if tick % 70 == 0 { changes += follower.receive(.stop, from: 3, at: time + 8e6) }
      }
      #expect(changes == [.moved(to: 0, isStart: true), .crowded])
      #expect(abs(follower.tempo - 120) < 0.01)
      // The first one leaves: the other may.
      follower.leave(1)
      _ = follower.receive(.start, from: 2, at: 20e9)
      #expect(follower.receive(.clock, from: 2, at: 20.1e9).contains(.moved(to: 0, isStart: true)))
    }

    @Test func whoHasStoppedMakesRoomForAnother() {
      var follower = ClockFollower()
      _ = follower.receive(.start, from: 1, at: 0)
      _ = follower.receive(.clock, from: 1, at: 1e6)
      _ = follower.receive(.stop, from: 1, at: 2e6)
      _ = follower.receive(.start, from: 2, at: 1e9)
      #expect(follower.receive(.clock, from: 2, at: 1.1e9) == [.moved(to: 0, isStart: true)])
    }

    @Test func tenThousandTicksASecondAreNone() {
      var follower = ClockFollower()
      _ = follower.receive(.start, at: 0)
      var changes: [ClockFollower.Change] = []
      for tick in 0..<50_000 { changes += follower.receive(.clock, at: Double(tick) * 1e5) }
      #expect(changes == [.moved(to: 0, isStart: true), .flooded])
      #expect(!follower.isRunning)
      // When it is over, a start is a start.
      _ = follower.receive(.start, at: 20e9)
      _ = follower.receive(.clock, at: 20.1e9)
      _ = follower.receive(.clock, at: 20.2e9)
      _ = follower.receive(.start, at: 21e9)
      #expect(follower.receive(.clock, at: 21.1e9) == [.moved(to: 0, isStart: true)])
    }

    /// Whatever comes, in whatever order and at whatever times, what it knows stays a number within bounds.
    @Test(arguments: 1...20) func garbage(_ seed: Int) {
      var random = SimulatedMaster(seconds: 0, seed: UInt64(seed)) { _ in 120 }
      var follower = ClockFollower(goesOn: seed % 2 == 0)
      var time = 0.0
      for _ in 0..<20_000 {
        let draw = (random.random() + 1) / 2
        let scale: [Double] = [0, 1e3, 1e6, 2e7, 5e8, 5e9, 1e12]
        time += scale[Int(abs(random.random()) * 6.99)] * random.random()
        let message: ClockFollower.Message =
          draw < 0.8
          ? .clock
          : draw < 0.85 ? .start : draw < 0.9 ? .stop : draw < 0.95 ? .resume : .position(Int(random.random() * 1e9))
        _ = follower.receive(message, from: Int(abs(random.random()) * 2), at: time)
        if draw < 0.1 { _ = follower.advance(to: time + 1e9) }
        #expect(ClockFilter.periods.contains(follower.filter.period))
        #expect(follower.position(at: time).isFinite && abs(follower.position(at: time)) < 1e12)
        #expect(follower.time(of: 5).isFinite)
        #expect((2.3...2500).contains(follower.tempo))
      }
    }
  }
#endif
