import Synchronization

/// A flag that one thread sets and another reads.
final class AtomicFlag: Sendable {
  private let value: Atomic<Bool>

  init(_ value: Bool = false) { self.value = Atomic(value) }

  var isSet: Bool { value.load(ordering: .acquiring) }
  func set() { value.store(true, ordering: .releasing) }
  func clear() { value.store(false, ordering: .releasing) }
}
