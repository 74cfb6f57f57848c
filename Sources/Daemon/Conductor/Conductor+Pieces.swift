internal import Core
internal import Logging

/// What is said of pieces while the daemon runs; listeners hear of it.
extension Conductor {
  /// Rates a piece: -1 down, 0 no more, 1 up. If ratings steer, the weights move.
  ///
  /// - Returns: the piece as it is now; nil if there is none of this number.
  /// - Throws: the database's errors.
  public func rate(_ id: Int64, _ rating: Int) async throws -> PieceRecord? {
    guard let piece = try await library.rate(id, rating) else { return nil }
    events.send(.pieceChanged(piece))
    await steer()
    return piece
  }

  /// Lets ratings move the weights, or no longer; then the configuration's coefficients hold again.
  public func setSteering(_ isOn: Bool) async {
    guard isOn != isSteering else { return }
    isSteering = isOn
    sendStatus()
    if isOn { await steer() } else { resetWeights() }
  }

  /// Moves the weights to what all ratings together say.
  private func steer() async {
    guard isSteering else { return }
    // What the configuration gives no say is moved by hand only.
    let entries = rules().filter { $0.coefficient != 0 }
    let rated = await attempt { try await self.library.rated() } ?? []
    guard let model = PreferenceModel(rated, rules: entries.map(\.rule)) else { return }
    let moved = model.weights(
      coefficients: Dictionary(entries.map { ($0.rule, $0.coefficient) }, uniquingKeysWith: { first, _ in first }),
      factors: configuration.daemon.steering.factors)
    weights.merge(moved) { $1 }
    log(.info, "weights moved by \(model.ratingCount) ratings")
    changedWeights()
  }

  /// Keeps a piece whatever the retention says, or no longer.
  ///
  /// - Returns: the piece as it is now; nil if there is none of this number.
  /// - Throws: the database's errors.
  public func keep(_ id: Int64, _ isKept: Bool) async throws -> PieceRecord? {
    guard let piece = try await library.keep(id, isKept) else { return nil }
    events.send(.pieceChanged(piece))
    return piece
  }

  /// Deletes a piece with its folder.
  ///
  /// - Returns: what it was; nil if there is none of this number.
  /// - Throws: the database's errors.
  public func delete(_ id: Int64) async throws -> PieceRecord? {
    guard let piece = try await library.delete(id) else { return nil }
    events.send(.pieceDeleted(id))
    return piece
  }
}
