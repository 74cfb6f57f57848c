/// Rolls of one size laid out for the kernels: groups of eight, a lane each, column after column.
///
/// Owned by one thread. Columns that nobody writes stay empty.
final class RollBatch {
  /// Rolls a group: `CK_ROLLS`.
  static let groupSize = 8

  let rowCount: Int
  let stepCount: Int
  let capacity: Int
  /// Up to 32 rows a column is one 32-bit word, otherwise as many 64-bit words as in a `PianoRoll`.
  let isNarrow: Bool
  let wordsPerColumn: Int
  private let groupByteCount: Int
  private let memory: UnsafeMutableRawPointer

  /// Room for at least `capacity` rolls, all empty.
  init(rowCount: Int, stepCount: Int, capacity: Int) {
    self.rowCount = rowCount
    self.stepCount = stepCount
    self.capacity = (capacity + Self.groupSize - 1) / Self.groupSize * Self.groupSize
    isNarrow = rowCount <= 32
    wordsPerColumn = (rowCount + 63) / 64
    groupByteCount = stepCount * wordsPerColumn * Self.groupSize * (isNarrow ? 4 : 8)
    let byteCount = groupByteCount * (self.capacity / Self.groupSize)
    memory = .allocate(byteCount: byteCount, alignment: 64)
    memory.initializeMemory(as: UInt8.self, repeating: 0, count: byteCount)
  }

  deinit { memory.deallocate() }

  /// The first column of a group of eight.
  func group(_ group: Int) -> UnsafeMutableRawPointer { memory + group * groupByteCount }

  /// The first word of one roll; its next word lies eight words on.
  func lane(_ slot: Int) -> UnsafeMutableRawPointer {
    group(slot / Self.groupSize) + slot % Self.groupSize * (isNarrow ? 4 : 8)
  }

  /// One of the rolls.
  subscript(slot: Int) -> PianoRoll {
    get {
      let count = stepCount * wordsPerColumn
      let words =
        isNarrow
        ? (0..<count).map { UInt64(lane(slot).load(fromByteOffset: $0 * 32, as: UInt32.self)) }
        : (0..<count).map { lane(slot).load(fromByteOffset: $0 * 64, as: UInt64.self) }
      return PianoRoll(rowCount: rowCount, stepCount: stepCount, words: words)
    }
    set {
      precondition(newValue.rowCount == rowCount && newValue.stepCount == stepCount)
      for (index, word) in newValue.words.enumerated() {
        if isNarrow {
          lane(slot).storeBytes(of: UInt32(word), toByteOffset: index * 32, as: UInt32.self)
        } else {
          lane(slot).storeBytes(of: word, toByteOffset: index * 64, as: UInt64.self)
        }
      }
    }
  }
}
