#if Playback
  import CMallocCounter
  import CRealtime
  import Foundation
  import Testing

  @testable import Playback

  @Suite struct ResidentMemoryTests {
    @Test(arguments: [0, 1, 5000]) func itIsThereAndHoldsWhatItShould(count: Int) {
      let values = ResidentMemory.allocate(count, 7.5)
      defer { ResidentMemory.deallocate(values, count) }
      #expect((0..<count).allSatisfy { values[$0] == 7.5 })
      #expect(UInt(bitPattern: values) % 4096 == 0)
    }

    /// What the kernel says of the pages, where the limit allows locking at all. Other tests lock, too, so more than once.
    @Test(.enabled(if: malloc_counter_works(), "under a sanitizer nothing is locked")) func thePagesAreLocked() throws {
      let count = 40_000
      var isLocked = false
      for _ in 0..<100 where !isLocked {
        let values = ResidentMemory.allocate(count, UInt8(1))
        defer { ResidentMemory.deallocate(values, count) }
        isLocked = try lockedKilobytes(at: UInt(bitPattern: values)) > 0 || !rt_lock_memory(values, 1)
      }
      #expect(isLocked)
    }

    private func lockedKilobytes(at address: UInt) throws -> Int {
      // Foundation reads only the first 4096 bytes of such a file if it is asked for a string.
      let file = try #require(FileHandle(forReadingAtPath: "/proc/self/smaps"))
      let text = String(decoding: try file.readToEnd() ?? Data(), as: UTF8.self)
      var isInside = false
      for line in text.split(separator: "\n") {
        let words = line.split(separator: " ", omittingEmptySubsequences: true)
        let ends = words[0].split(separator: "-").compactMap { UInt($0, radix: 16) }
        if ends.count == 2 { isInside = (ends[0]..<ends[1]).contains(address) }
        if isInside, words[0] == "Locked:" { return Int(words[1]) ?? 0 }
      }
      return 0
    }
  }
#endif
