/// The processes that train together: ranks 0..<size, each with the same configuration and the same weights.
///
/// The seam between learners and whatever carries numbers between machines. Every rank makes the same calls in the same
/// order, one at a time. A call that another rank leaves unanswered does not return: whoever carries the numbers then
/// says so and ends the process, which is safe at any moment, because files appear whole or not at all.
///
/// Sums are of integers, whose order makes no difference (`ExactSums`): that is what makes the results the same bytes
/// for any number of ranks.
public protocol Collective: AnyObject, Sendable {
  /// This process's number, from 0. Rank 0 is the one that prints, writes and plays.
  var rank: Int { get }

  /// How many processes there are.
  var size: Int { get }

  /// Whether some rank had been asked to stop when the last sum was taken: the same answer on every rank.
  var isStopping: Bool { get }

  /// What sums have cost so far.
  var traffic: CollectiveTraffic { get }

  /// Replaces every number by its sum over all ranks, modulo 2^64.
  func sum(_ numbers: UnsafeMutableBufferPointer<Int64>)

  /// Rank 0's bytes, whatever the others give.
  func broadcast(_ bytes: [UInt8]) -> [UInt8]

  /// Every rank's bytes, by rank.
  func gather(_ bytes: [UInt8]) -> [[UInt8]]

  /// Sends a message to a rank, for work that ranks do independently of each other.
  func send(_ bytes: [UInt8], to rank: Int)

  /// The next message that has come; nil while there is none.
  func receive() -> (rank: Int, bytes: [UInt8])?
}

/// What a rank's sums have cost.
public struct CollectiveTraffic: Sendable, Equatable {
  /// Sums taken.
  public var sums = 0
  /// Bytes that this rank had to add to them. How many cross the network follows from the algorithm of the library that
  /// carries them; with recursive doubling, so many times the logarithm of the number of ranks.
  public var bytes = 0
  /// Seconds from asking to having, so waiting for slower ranks is in it.
  public var seconds = 0.0

  /// Nothing so far.
  public init() {}
}

extension Collective {
  /// The part of `count` pieces of work that is this rank's: ranks have equal parts, one after another, those before the
  /// remainder one more.
  func share(of count: Int) -> Range<Int> {
    let (each, more) = count.quotientAndRemainder(dividingBy: size)
    let start = rank * each + min(rank, more)
    return start..<start + each + (rank < more ? 1 : 0)
  }
}

/// One process: everything is its own.
public final class SingleProcess: Collective {
  /// The only number.
  public let rank = 0
  /// One.
  public let size = 1
  /// Nobody asks.
  public let isStopping = false
  /// None.
  public let traffic = CollectiveTraffic()

  /// Alone.
  public init() {}

  /// Its own numbers are the sums.
  public func sum(_ numbers: UnsafeMutableBufferPointer<Int64>) {}
  /// The same bytes.
  public func broadcast(_ bytes: [UInt8]) -> [UInt8] { bytes }
  /// Its own.
  public func gather(_ bytes: [UInt8]) -> [[UInt8]] { [bytes] }
  /// There is nobody.
  public func send(_ bytes: [UInt8], to rank: Int) {}
  /// There is nobody.
  public func receive() -> (rank: Int, bytes: [UInt8])? { nil }
}
