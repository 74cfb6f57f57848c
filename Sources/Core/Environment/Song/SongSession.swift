/// The environment of songs as a conversation: one line of JSON in, one line of JSON out.
///
///     {"spec": {}}             -> {"spec": {"n_parts": 4, "n_steps": 256, "n_actions": 32, ...}}
///     {"reset": {}}            -> {"observation": {...}, "valid_actions": [...]}; with "seed" the plan is that seed's
///     {"step": {"action": 3}}  -> {"observation": ..., "reward": 0.5, "terminated": false, "valid_actions": [...]},
///                                 at the end with "score" and "faults"
///
/// An observation has `lanes` (a list of degrees a part; -1 silence, -2 not decided yet), what sounds now (`sounding`), and
/// what is to be decided: `kind`, `role`, `step`. Any other line is answered with `{"error": "..."}` and changes nothing.
public struct SongSession {
  private let episode: SongEpisode
  private let configuration: SongConfiguration
  private var seed: UInt64 = 0

  /// A session at the start of an episode; nil without memory.
  public init?(_ configuration: SongConfiguration) {
    guard let episode = SongEpisode(configuration, seed: 0) else { return nil }
    self.episode = episode
    self.configuration = configuration
  }

  private static let allowed =
    #"{"reset": {}}, {"reset": {"seed": NUMBER}}, {"step": {"action": NUMBER}}, {"spec": {}}"#

  /// The answer to one line (without its line break), without a line break.
  public mutating func answer(_ line: some Collection<UInt8>) -> String {
    do {
      return try answer(to: JSONSection(Array(line), file: "request")).text
    } catch {
      let reason = error.reason.contains("allowed: ") ? error.reason : "\(error.reason); allowed: \(Self.allowed)"
      return OrderedJSON.object([.init("error", .string(TextQuoting.printable(reason)))]).text
    }
  }

  private mutating func answer(to request: JSONSection) throws(DataError) -> OrderedJSON {
    guard let key = request.members.first?.key, request.members.count == 1, ["spec", "reset", "step"].contains(key)
    else {
      throw DataError(file: "request", reason: "found no such request; allowed: \(Self.allowed)")
    }
    let arguments = try request.section(key)
    let known = ["step": ["action"], "reset": ["seed"]][key] ?? []
    if let other = arguments.members.first(where: { !known.contains($0.key) }) {
      throw DataError(
        file: "request",
        reason: "found the unknown key \(TextQuoting.quote(Array(other.key.utf8), limit: 40)); allowed: \(Self.allowed)"
      )
    }
    switch key {
    case "spec": return .object([.init("spec", spec)])
    case "reset":
      seed = try arguments["seed"] == nil ? seed &+ 1 : arguments.unsigned("seed")
      episode.reset(seed: seed)
      return .object(state)
    default:
      let action = try arguments.integer("action", in: 0...SongEpisode.actionCount - 1)
      guard let reward = episode.step(action) else {
        let valid = episode.validActions.map(String.init).joined(separator: ", ")
        throw DataError(
          file: "request", reason: "found the action \(action); allowed: \(valid.isEmpty ? "reset" : valid)")
      }
      var members = state
      members.insert(.init("reward", .number(reward)), at: 1)
      members.insert(.init("terminated", .boolean(episode.isOver)), at: 2)
      if episode.isOver {
        members += [.init("score", .number(episode.total)), .init("faults", .integer(episode.faults))]
      }
      return .object(members)
    }
  }

  private func integers(_ values: [Int]) -> OrderedJSON { .array(values.map(OrderedJSON.integer)) }

  private var state: [OrderedJSON.Member] {
    let kind = episode.kind.map { OrderedJSON.string("\($0)") } ?? .null
    return [
      .init(
        "observation",
        .object([
          .init("lanes", .array(episode.lanes.map(integers))), .init("sounding", integers(episode.sounding)),
          .init("kind", kind), .init("role", .integer(episode.role)), .init("step", .integer(episode.stepIndex)),
        ])),
      .init("valid_actions", integers(episode.validActions)),
    ]
  }

  private var spec: OrderedJSON {
    .object([
      .init("n_parts", .integer(episode.partCount)), .init("n_steps", .integer(episode.stepCount)),
      .init("n_actions", .integer(SongEpisode.actionCount)),
      .init("kinds", .array(SongEpisode.Kind.allCases.map { .string("\($0)") })),
      .init("rules", .array(SongRuleRegistry.rules.map { .string($0.name) })),
    ])
  }
}
