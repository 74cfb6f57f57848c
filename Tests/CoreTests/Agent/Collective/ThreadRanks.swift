import Glibc
import Synchronization

@testable import Core

/// Ranks that are threads of one process: each sum waits for all.
final class ThreadRanks: Collective, @unchecked Sendable {
  /// What the ranks share. `@unchecked Sendable` (both): every access is behind the semaphores of `meet`.
  final class Room: @unchecked Sendable {
    let size: Int
    let door = Mutex(())
    var sums: [Int64] = []
    var messages: [[UInt8]]
    var mail: [[(rank: Int, bytes: [UInt8])]]
    private(set) var calls = 0
    private let arrived = Atomic(0)
    private let round = Atomic(0)

    init(size: Int) {
      self.size = size
      messages = Array(repeating: [], count: size)
      mail = Array(repeating: [], count: size)
    }

    /// Returns when all ranks are here.
    func meet(isFirst: Bool = false) {
      if isFirst { calls += 1 }
      let current = round.load(ordering: .acquiring)
      if arrived.add(1, ordering: .acquiringAndReleasing).newValue == size {
        arrived.store(0, ordering: .relaxed)
        round.store(current + 1, ordering: .releasing)
      } else {
        while round.load(ordering: .acquiring) == current { usleep(20) }
      }
    }
  }

  let room: Room
  let rank: Int
  var size: Int { room.size }
  let isStopping = false
  let traffic = CollectiveTraffic()

  init(_ room: Room, rank: Int) {
    self.room = room
    self.rank = rank
  }

  func sum(_ numbers: UnsafeMutableBufferPointer<Int64>) {
    if rank == 0 { room.sums = Array(repeating: 0, count: numbers.count) }
    room.meet(isFirst: rank == 0)
    room.door.withLock { _ in
      precondition(room.sums.count == numbers.count)
      for index in numbers.indices { room.sums[index] &+= numbers[index] }
    }
    room.meet()
    for index in numbers.indices { numbers[index] = room.sums[index] }
    room.meet()
  }

  func gather(_ bytes: [UInt8]) -> [[UInt8]] {
    room.door.withLock { _ in room.messages[rank] = bytes }
    room.meet()
    let messages = room.messages
    room.meet()
    return messages
  }

  func broadcast(_ bytes: [UInt8]) -> [UInt8] { gather(bytes)[0] }

  func send(_ bytes: [UInt8], to rank: Int) {
    room.door.withLock { _ in room.mail[rank].append((self.rank, bytes)) }
  }

  func receive() -> (rank: Int, bytes: [UInt8])? {
    room.door.withLock { _ in room.mail[rank].isEmpty ? nil : room.mail[rank].removeFirst() }
  }

  /// Does the same on `count` ranks and returns what each comes to, by rank.
  static func run<Result: Sendable>(_ count: Int, _ body: @escaping @Sendable (ThreadRanks) -> Result) -> [Result] {
    let room = Room(size: count)
    let results = Results<Result>()
    for rank in 0..<count {
      _ = SystemThread.start {
        let result = body(ThreadRanks(room, rank: rank))
        results.all.withLock { $0[rank] = result }
      }
    }
    while results.all.withLock({ $0.count }) < count { usleep(500) }
    return results.all.withLock { all in (0..<count).compactMap { all[$0] } }
  }

  private final class Results<Result: Sendable>: Sendable {
    let all = Mutex<[Int: Result]>([:])
  }
}
