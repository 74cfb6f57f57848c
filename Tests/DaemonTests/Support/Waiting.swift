import Testing

/// Waits until something holds: at once where the machine is quick, and for two minutes where it is busy.
func waits(
  for what: Comment, sourceLocation: SourceLocation = #_sourceLocation, until holds: () async throws -> Bool
) async throws {
  let end = ContinuousClock.now + .seconds(120)
  while try await !holds() {
    guard ContinuousClock.now < end else {
      Issue.record("waited in vain for: \(what)", sourceLocation: sourceLocation)
      return
    }
    try await Task.sleep(for: .milliseconds(5))
  }
}
