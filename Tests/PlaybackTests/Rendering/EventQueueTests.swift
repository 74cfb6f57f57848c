#if Playback
  import Foundation
  import Testing

  @testable import Playback

  @Suite struct EventQueueTests {
    @Test func itKeepsOrderAndSaysWhenItIsFull() {
      let queue = EventQueue(capacity: 3)
      for item in 1...3 { #expect(queue.push(RenderMessage(kind: .play, item: UInt64(item)))) }
      #expect(!queue.push(RenderMessage(kind: .play, item: 4)))
      #expect(queue.pop()?.item == 1)
      #expect(queue.push(RenderMessage(kind: .play, item: 5)))
      #expect([queue.pop()?.item, queue.pop()?.item, queue.pop()?.item, queue.pop()?.item] == [2, 3, 5, nil])
      #expect(queue.isEmpty)
    }

    @Test func twoThreadsLoseNothing() async {
      let queue = EventQueue(capacity: 16)
      let count: UInt64 = 200_000
      async let produced: Void = Task.detached {
        var item: UInt64 = 1
        while item <= count {
          if queue.push(RenderMessage(kind: .play, item: item, value: Double(item))) {
            item += 1
          } else {
            await Task.yield()
          }
        }
      }.value
      var expected: UInt64 = 1
      while expected <= count {
        guard let message = queue.pop() else {
          await Task.yield()
          continue
        }
        if message.item != expected || message.value != Double(expected) { break }
        expected += 1
      }
      await produced
      #expect(expected == count + 1)
    }
  }
#endif
