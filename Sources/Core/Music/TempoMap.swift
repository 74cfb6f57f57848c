/// How long steps last, as it changes within a piece.
public struct TempoMap: Sendable, Hashable {
  /// From a step on, every step lasts so long.
  public struct Change: Sendable, Hashable {
    /// The first step it holds for.
    public var step: Int
    /// Seconds a step lasts, greater than 0.
    public var stepSeconds: Double

    /// A change of these parts.
    public init(step: Int, stepSeconds: Double) {
      self.step = step
      self.stepSeconds = stepSeconds
    }
  }

  /// The changes in ascending order of step; the first is at step 0. No two neighbours are equally fast.
  public let changes: [Change]
  /// Seconds from the beginning to every change.
  private let onsets: [Double]

  /// One tempo throughout.
  public init(stepSeconds: Double) {
    changes = [Change(step: 0, stepSeconds: stepSeconds)]
    onsets = [0]
  }

  /// Tempos from these steps on, in any order. Of several at one step the last counts, what comes before the first has
  /// its tempo, and changes to the same tempo are left out.
  ///
  /// - Returns: nil if there is none, or one is not a number above 0.
  public init?(_ changes: [Change]) {
    guard !changes.isEmpty, changes.allSatisfy({ $0.stepSeconds > 0 && $0.stepSeconds.isFinite }) else { return nil }
    var kept: [Change] = []
    for (_, change) in changes.enumerated().sorted(by: { ($0.1.step, $0.0) < ($1.1.step, $1.0) }) {
      if kept.isEmpty {
        kept.append(Change(step: 0, stepSeconds: change.stepSeconds))
        continue
      }
      if let last = kept.last, change.step <= last.step { kept.removeLast() }
      if kept.last?.stepSeconds != change.stepSeconds {
        kept.append(Change(step: max(0, change.step), stepSeconds: change.stepSeconds))
      }
    }
    kept[0].step = 0
    var onsets = [0.0]
    for (before, after) in zip(kept, kept.dropFirst()) {
      onsets.append((onsets.last ?? 0) + Double(after.step - before.step) * before.stepSeconds)
    }
    self.changes = kept
    self.onsets = onsets
  }

  /// Whether there is one tempo throughout.
  public var isConstant: Bool { changes.count == 1 }

  /// Seconds a step lasts.
  public func stepSeconds(at step: Int) -> Double { changes[index(of: Double(step))].stepSeconds }

  /// Seconds from the beginning to a step; with one tempo one rounded product, so that files agree to the last bit.
  public func seconds(ofStep step: Int) -> Double { seconds(ofStep: Double(step)) }

  /// Seconds from the beginning to a place between steps.
  public func seconds(ofStep step: Double) -> Double {
    let index = index(of: step)
    return onsets[index] + (step - Double(changes[index].step)) * changes[index].stepSeconds
  }

  /// The place, in steps, that is reached after so many seconds.
  public func step(atSeconds seconds: Double) -> Double {
    let index = max(0, Self.firstIndex(onsets.count) { onsets[$0] > seconds } - 1)
    return Double(changes[index].step) + (seconds - onsets[index]) / changes[index].stepSeconds
  }

  private func index(of step: Double) -> Int {
    max(0, Self.firstIndex(changes.count) { Double(changes[$0].step) > step } - 1)
  }

  /// The first index for which an ascending condition holds; `count` if there is none.
  private static func firstIndex(_ count: Int, where holds: (Int) -> Bool) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if holds(middle) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
