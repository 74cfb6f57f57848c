#if Playback
  /// Looks again and again until a condition holds; false after half a minute, which no machine is slow enough to need.
  func becomes(_ condition: () async -> Bool) async -> Bool {
    let deadline = ContinuousClock.now + .seconds(30)
    while await !condition() {
      if ContinuousClock.now > deadline { return false }
      try? await Task.sleep(for: .milliseconds(5))
    }
    return true
  }
#endif
