internal import CRealtime

/// Memory for the audio thread: whole pages that are there before it touches them and, where RLIMIT_MEMLOCK allows it,
/// are never paged out. A thread that waits for a disk misses its deadline.
///
/// Locked is what is ours: queues, pieces that wait, blocks, the thread's stack. (FluidSynth locks its samples itself.)
/// Not `mlockall`: it would hold all that the trainer, the database and the page touch, and with MCL_FUTURE the first
/// allocation beyond the limit (8 MB unless somebody raised it) would fail anywhere in the program.
enum ResidentMemory {
  private static let page = 4096

  /// Room for so many values, all of them `initial`.
  static func allocate<Value: BitwiseCopyable>(_ count: Int, _ initial: Value) -> UnsafeMutablePointer<Value> {
    let bytes = wholePages(count * MemoryLayout<Value>.stride)
    let memory = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: page)
    memory.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
    _ = rt_lock_memory(memory, UInt64(bytes))
    let values = memory.bindMemory(to: Value.self, capacity: count)
    values.initialize(repeating: initial, count: count)
    return values
  }

  /// Gives back what `allocate` gave for so many values.
  static func deallocate<Value: BitwiseCopyable>(_ values: UnsafeMutablePointer<Value>, _ count: Int) {
    rt_unlock_memory(values, UInt64(wholePages(count * MemoryLayout<Value>.stride)))
    UnsafeMutableRawPointer(values).deallocate()
  }

  private static func wholePages(_ bytes: Int) -> Int { max(page, (bytes + page - 1) / page * page) }
}
