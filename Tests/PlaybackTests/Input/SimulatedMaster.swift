#if Playback
  @testable import Playback

  /// A master of MIDI clock on paper: when it says what, and where it really is.
  struct SimulatedMaster {
    struct Tick {
      /// When it was meant, nanoseconds.
      var time: Double
      /// MIDI clocks from the song's beginning.
      var position: Int
    }

    /// Every tick that it makes.
    private(set) var ticks: [Tick] = []
    private var state: UInt64

    /// - Parameters:
    ///   - seconds: How long it runs.
    ///   - tempo: Quarter notes a minute at a second of its life.
    init(seconds: Double, seed: UInt64 = 1, tempo: (Double) -> Double) {
      state = seed
      var time = 0.0
      while time < seconds {
        ticks.append(Tick(time: 1e9 * (1 + time), position: ticks.count))
        // The length of a tick, by the tempo in its middle.
        let guess = 60 / (24 * tempo(time))
        time += 60 / (24 * tempo(time + guess / 2))
      }
    }

    /// A number between -1 and 1, the same every time.
    mutating func random() -> Double {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Double(state >> 33) / Double(1 << 30) - 1
    }

    /// Where it really is at a time.
    func position(at time: Double) -> Double {
      guard let last = ticks.lastIndex(where: { $0.time <= time }) else { return 0 }
      let next = min(last + 1, ticks.count - 1)
      let length = ticks[next].time - ticks[last].time
      return Double(ticks[last].position) + (length > 0 ? (time - ticks[last].time) / length : 0)
    }
  }

  /// How late or early the follower would have planned each quarter note: what it thinks at the tick before.
  struct FollowedBeats {
    /// Milliseconds, signed, a beat each.
    var errors: [Double] = []

    /// Follows a master that starts, and notes the error of every beat after the first.
    ///
    /// - Parameters:
    ///   - jitterMilliseconds: Each tick comes up to so much early or late.
    ///   - loses: Whether the tick of an index is lost.
    init(
      _ master: SimulatedMaster, jitterMilliseconds: Double = 0, follower: inout ClockFollower,
      loses: (Int) -> Bool = { _ in false }
    ) {
      var master = master
      _ = follower.receive(.start, at: master.ticks[0].time - 1e6)
      for (index, tick) in master.ticks.enumerated() {
        if loses(index) { continue }
        let time = tick.time + 1e6 * jitterMilliseconds * master.random()
        _ = follower.receive(.clock, at: time)
        let next = index + 1
        if next % 24 == 0, next < master.ticks.count {
          errors.append((follower.time(of: Double(next)) - master.ticks[next].time) / 1e6)
        }
      }
    }

    /// Of the beats after the first so many.
    func percentile(_ share: Double, after beats: Int = 1) -> Double {
      let sorted = errors.dropFirst(beats).map(abs).sorted()
      return sorted.isEmpty ? .infinity : sorted[min(sorted.count - 1, Int(Double(sorted.count) * share))]
    }
  }
#endif
