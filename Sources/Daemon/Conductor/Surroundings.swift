internal import Core
internal import Foundation

/// Clock and disk, as the conductor sees them: a test lets a year pass in minutes.
struct Surroundings: Sendable {
  /// What the clock on the wall says.
  var date: @Sendable () -> Date = { Date() }
  /// Time since some moment; never set back.
  var uptime: @Sendable () -> Duration
  /// Lets time pass instead of waiting; nil to wait.
  var pass: (@Sendable (Duration) async -> Void)?
  /// Megabytes free where the pieces are; nil if unknown.
  var freeMegabytes: @Sendable () -> Double?
  private let output: String

  /// The real ones.
  init(_ library: PieceLibrary) {
    let start = ContinuousClock.now
    uptime = { ContinuousClock.now - start }
    freeMegabytes = { library.freeMegabytes() }
    output = library.output
  }

  /// Why nothing may be written, in one line; nil if there is room.
  func shortage(_ retention: DaemonConfiguration.Retention) -> String? {
    guard retention.freeMegabytes > 0, let free = freeMegabytes(), free < retention.freeMegabytes else { return nil }
    return "\(output): \(Int(free)) MB are free, fewer than daemon.retention.free_megabytes"
      + " (\(Int(retention.freeMegabytes))): composing waits"
  }
}
