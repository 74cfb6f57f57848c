/// Tempo and phase of a MIDI clock whose ticks come early, late, in bunches or not at all.
///
/// A delay-locked loop of second order, after F. Adriaensen, "Using a DLL to filter time" (2005), one step a tick that
/// comes at `t`:
///
///     e = t - (x + T)        how far the tick is from where it was expected
///     x = x + T + α e        when the tick was meant
///     T = T + β e            from a tick to the next
///
/// At first α and β are those of a straight line through all ticks so far, α = 2(2n - 1) / (n(n + 1)) and
/// β = 6 / (n(n + 1)) at the n-th tick; so the loop is locked after a beat. They stop sinking where the loop would no
/// longer follow: at the steady gains of P. R. Kalata, "The tracking index" (IEEE Trans. AES 20(2), 1984),
///
///     Λ = r T² / σ
///     α = -(Λ² + 8Λ - (Λ + 4) √(Λ² + 8Λ)) / 8
///     β = (Λ² + 4Λ - Λ √(Λ² + 8Λ)) / 4
///
/// where r is the tempo's relative change a second that has to be followed, and σ the ticks' jitter, which is measured: half
/// the mean square of the difference between two neighbouring e. A ramp makes neighbours equal, jitter makes them differ;
/// so an exact master is followed closely, and one that jitters is smoothed.
struct ClockFilter: Sendable {
  /// Nanoseconds from a tick to the next; of a clock that has not been heard, that of 120 beats a minute.
  private(set) var period = 500e6 / 24
  /// When the last tick was meant, nanoseconds.
  private(set) var phase = 0.0
  /// Ticks since the filter began anew.
  private(set) var count = 0
  /// When the last tick came.
  private(set) var lastTick = 0.0

  private var jitter = Self.firstJitter
  private var lastError = 0.0
  /// Ticks that are taken for lost: they may still come, in a bunch.
  private var owed = 0
  /// Gaps of the same length in a row, and how many ticks were taken for lost in them.
  private var gaps = (count: 0, length: 0.0, lost: 0)
  /// Ticks in a row that came far too late (positive) or too early.
  private var strays = 0

  /// Relative change of the tempo a second that is followed without noticeable lag: 6 bpm a second at 60 bpm. Half of it
  /// was a millisecond late there.
  static let followedRamp = 0.1
  private static let firstJitter = 1e6
  /// A better clock than this is not believed in: the kernel's own timer has a grain.
  private static let leastJitter = 5e4
  /// 2.4 to 2,400 beats a minute.
  static let periods = 1.04e6...1.04e9
  /// Ticks that come together are one tick and its late companions.
  private static let bunch = 1e6
  /// So many equal gaps are a slower tempo, not lost ticks.
  private static let gapsOfATempo = 3

  /// Whether it has heard a beat: its tempo can be relied upon.
  var isLocked: Bool { count > 24 }

  /// When a tick after the last one is expected (before it, if negative).
  func time(ofTicksAhead ticks: Double) -> Double { phase + ticks * period }

  /// Ticks since the last one.
  func ticks(at nanoseconds: Double) -> Double { (nanoseconds - phase) / period }

  /// The next tick is where it comes, whatever was expected; the tempo is kept until the ticks say another.
  ///
  /// - Parameter isFresh: Whether the clock ran up to now, so that its tempo is worth keeping.
  mutating func restart(isFresh: Bool) {
    count = isFresh ? min(count, 12) : 0
    isRestarting = true
    forgetFaults()
  }
  private var isRestarting = true

  /// The master has said where it is: ticks that were taken for lost before are not taken back any more.
  mutating func settle() { gaps.lost = 0 }

  private mutating func forgetFaults() {
    owed = 0
    gaps = (0, 0, 0)
    strays = 0
    lastError = 0
  }

  /// A tick has come.
  ///
  /// - Returns: the ticks that the master has made since the last one, those that were lost among them; 0 for one that
  ///   was counted already. Less than 0 takes back what was taken for lost.
  mutating func tick(at time: Double) -> Int {
    if isRestarting {
      isRestarting = false
      (phase, lastTick) = (time, time)
      count = max(1, count)
      return 1
    }
    let interval = time - lastTick
    if interval < Self.bunch {
      owed = max(0, owed - 1)
      return 0
    }
    lastTick = time
    if count < 3 {
      learn(time - (phase + period), steps: 1)
      return 1
    }
    let steps = ((time - phase) / period).rounded()
    if steps >= 2, interval > 1.6 * period { return skip(Int(min(1e6, steps)), interval, at: time) }
    let mayOwe = owed
    owed = 0
    gaps = (0, 0, 0)
    // A bunch that is spread out a little: the ticks that were taken for lost.
    if mayOwe > 0, interval < 0.4 * period {
      owed = mayOwe - 1
      return 0
    }
    follow(time - (phase + period), interval, at: time)
    return 1
  }

  /// After a gap: ticks were lost, or come late; or the tempo has dropped.
  private mutating func skip(_ steps: Int, _ interval: Double, at time: Double) -> Int {
    let isSame = gaps.count > 0 && abs(interval - gaps.length) < 0.25 * interval
    gaps = isSame ? (gaps.count + 1, interval, gaps.lost + steps - 1) : (1, interval, steps - 1)
    if gaps.count >= Self.gapsOfATempo {
      let lost = gaps.lost
      begin(at: time, period: interval)
      return steps - lost
    }
    owed = steps - 1
    learn(time - (phase + Double(steps) * period), steps: steps)
    return steps
  }

  private mutating func follow(_ error: Double, _ interval: Double, at time: Double) {
    let limit = max(5 * jitter, 0.15 * period)
    guard count >= 6, abs(error) > limit else {
      strays = 0
      learn(error, steps: 1)
      return
    }
    strays = error > 0 ? max(0, strays) + 1 : min(0, strays) - 1
    if abs(strays) >= 3 {
      begin(at: time, period: interval)
    } else {
      learn(error > 0 ? limit : -limit, steps: 1)
    }
  }

  /// Another tempo has begun.
  private mutating func begin(at time: Double, period: Double) {
    self.period = min(Self.periods.upperBound, max(Self.periods.lowerBound, period))
    phase = time
    count = 2
    forgetFaults()
  }

  private mutating func learn(_ error: Double, steps: Int) {
    count = min(count + 1, 1 << 20)
    if steps == 1, count > 3 {
      let difference = error - lastError
      let variance = jitter * jitter
      jitter =
        max(Self.leastJitter * Self.leastJitter, variance + (difference * difference / 2 - variance) / 32).squareRoot()
    }
    lastError = error
    let n = Double(count)
    let (alpha, beta) = Self.gains(Self.followedRamp * 1e-9 * period * period / jitter)
    phase += Double(steps) * period + max(alpha, 2 * (2 * n - 1) / (n * (n + 1))) * error
    let change = max(beta, 6 / (n * (n + 1))) * error / Double(steps)
    period = min(Self.periods.upperBound, max(Self.periods.lowerBound, period + change))
  }

  /// Kalata's steady gains for a tracking index.
  static func gains(_ index: Double) -> (alpha: Double, beta: Double) {
    let index = min(100, max(1e-9, index))
    let root = (index * index + 8 * index).squareRoot()
    return (
      -(index * index + 8 * index - (index + 4) * root) / 8, (index * index + 4 * index - index * root) / 4
    )
  }
}
