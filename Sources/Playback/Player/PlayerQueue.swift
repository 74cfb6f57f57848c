internal import Core

/// What waits to be heard, and what is dropped: the policies `follow` and `pace`, without any clock or device.
struct PlayerQueue {
  /// Pieces of the training that may wait; a run of a million improvements must not fill the memory.
  static let longest = 16
  /// Pieces of a daemon that may wait without having been asked for: what is heard next is new.
  static let longestOfLibrary = 3

  private var follow: PlaybackConfiguration.Follow
  private var pace: PlaybackConfiguration.Pace
  private var excerptSteps: Int?
  private var waiting: [PlayerPiece] = []

  /// A queue that follows a configuration.
  init(_ configuration: PlaybackConfiguration) {
    follow = configuration.follow
    pace = configuration.pace
    excerptSteps = configuration.excerptSteps
  }

  /// Follows another policy; what waits stays.
  mutating func adopt(_ configuration: PlaybackConfiguration) {
    follow = configuration.follow
    pace = configuration.pace
    excerptSteps = configuration.excerptSteps
  }

  /// Pieces that wait.
  var count: Int { waiting.count }

  /// Whether the best piece of a population would be heard: what is not wanted need not be composed.
  func wants(population: Int, isImprovement: Bool) -> Bool {
    switch follow {
    case .newest: true
    case .improvements: isImprovement
    // Whoever waits for every population wants to hear it.
    case .milestones: pace == .listen || population > 0 && population.nonzeroBitCount == 1
    case .final: false
    }
  }

  /// Takes a piece in if the policy wants it.
  ///
  /// - Returns: whether it waits now.
  mutating func offer(_ piece: PlayerPiece) -> Bool {
    guard case .population(let number, let isImprovement) = piece.role else {
      // The newest best piece is stale once there is a finished one.
      if follow == .newest { waiting.removeAll { $0.isFromTraining } }
      waiting.append(piece)
      keepBest()
      return true
    }
    guard wants(population: number, isImprovement: isImprovement) else { return false }
    if follow == .newest, pace == .free { waiting.removeAll { $0.isFromTraining } }
    waiting.append(piece.excerpt(steps: excerptSteps))
    keepLongest(\.isFromTraining)
    return true
  }

  /// A daemon composes much faster than anybody can listen: of the new pieces that wait the worst goes, of equals the
  /// oldest.
  private mutating func keepBest() {
    let unasked = waiting.indices.filter {
      if case .library = waiting[$0].role { !waiting[$0].isAskedFor } else { false }
    }
    guard unasked.count > Self.longestOfLibrary,
      let worst = unasked.min(by: { waiting[$0].piece.score.total < waiting[$1].piece.score.total })
    else { return }
    waiting.remove(at: worst)
  }

  /// If too many wait, the oldest of a kind goes.
  private mutating func keepLongest(_ kind: (PlayerPiece) -> Bool) {
    guard waiting.count > Self.longest, let oldest = waiting.firstIndex(where: kind) else { return }
    waiting.remove(at: oldest)
  }

  /// Takes the next piece out.
  mutating func next() -> PlayerPiece? { waiting.isEmpty ? nil : waiting.removeFirst() }

  /// Forgets what nobody asked for by name.
  mutating func removeUnasked() { waiting.removeAll { !$0.isAskedFor } }

  /// Forgets everything.
  ///
  /// - Returns: what waited.
  @discardableResult
  mutating func removeAll() -> [PlayerPiece] {
    defer { waiting = [] }
    return waiting
  }
}
