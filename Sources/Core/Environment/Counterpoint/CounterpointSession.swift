/// The environment of counterpoint as a conversation: one line of JSON in, one line of JSON out.
///
///     {"spec": {}}                                 -> {"spec": {"n_rows": 27, "n_steps": 96, "n_actions": 60, ...}}
///     {"reset": {}}                                -> {"observation": [[...]], "valid_actions": [[-1, 4], ...]}
///     {"reset": {"actions": [[2, 4]]}}             -> the same after this beginning, whatever the rules say of it
///     {"step": {"movement": 2, "duration": 4}}     -> {"observation": ..., "reward": 0.0, "terminated": false,
///                                                      "valid_actions": ...}, at the end with "scores"
///     {"explain": {"movement": 2, "duration": 4}}  -> {"valid": false, "movement": true, "range": true,
///                                                      "length": true, "rules": {"turn_after_skip": false, ...}}
///
/// Any other line is answered with `{"error": "..."}` and changes nothing. A session starts as if just reset.
public struct CounterpointSession: Sendable {
  /// The environment as the conversation has left it.
  public private(set) var environment: CounterpointEnvironment

  /// A session at the start of an episode.
  public init(_ environment: CounterpointEnvironment) { self.environment = environment }

  private static let allowed =
    #"{"reset": {}}, {"reset": {"actions": [[MOVEMENT, DURATION], ...]}}, "#
    + #"{"step": {"movement": M, "duration": D}}, {"explain": {"movement": M, "duration": D}}, {"spec": {}}"#

  /// The answer to one line (without its line break), without a line break.
  public mutating func answer(_ line: some Collection<UInt8>) -> String {
    do {
      return try answer(to: Self.request(line)).text
    } catch let error as RequestError {
      return Self.error(error.found + "; allowed: " + Self.allowed)
    } catch {
      return Self.error("\(error)")
    }
  }

  private static func error(_ reason: String) -> String {
    OrderedJSON.object([.init("error", .string(TextQuoting.printable(reason)))]).text
  }

  private mutating func answer(to request: Request) throws(CounterpointError) -> OrderedJSON {
    switch request {
    case .spec: return .object([.init("spec", spec)])
    case .reset(let actions):
      if actions.isEmpty { environment.reset() } else { try environment.reset(actions: actions) }
      return .object(state)
    case .explain(let movement, let duration):
      let explanation = environment.explain(movement: movement, duration: duration)
      return .object([
        .init("valid", .boolean(explanation.isValid)), .init("movement", .boolean(explanation.movement)),
        .init("range", .boolean(explanation.range)), .init("length", .boolean(explanation.length)),
        .init("rules", .object(explanation.rules.map { .init($0.name, .boolean($0.holds)) })),
      ])
    case .step(let movement, let duration):
      let transition = try environment.step(movement: movement, duration: duration)
      var members = state
      members.insert(.init("reward", .number(transition.reward)), at: 1)
      members.insert(.init("terminated", .boolean(transition.isTerminated)), at: 2)
      if transition.isTerminated {
        let entries = transition.score?.entries ?? []
        members.append(.init("scores", .object(entries.map(Self.member))))
      }
      return .object(members)
    }
  }

  private static func member(_ entry: ScoreBreakdown.Entry) -> OrderedJSON.Member {
    .init(
      entry.rule,
      .object([
        .init("raw", .number(entry.raw)), .init("coefficient", .number(entry.coefficient)),
        .init("weighted", .number(entry.weighted)),
      ]))
  }

  /// Observation and valid actions.
  private var state: [OrderedJSON.Member] {
    let roll = CounterpointRoll(environment.line)
    let steps = environment.line.task.stepCount
    let rows = (0..<roll.rowCount).map { row in
      OrderedJSON.array((0..<steps).map { .integer(roll[row, $0] ? 1 : 0) })
    }
    let actions = environment.validActions.map { action in
      let next = environment.line.task.continuation(action: action)
      return OrderedJSON.array([.integer(next.movement), .integer(next.duration)])
    }
    return [.init("observation", .array(rows)), .init("valid_actions", .array(actions))]
  }

  private var spec: OrderedJSON {
    let task = environment.line.task
    let roll = CounterpointRoll(environment.line)
    return .object([
      .init("n_rows", .integer(roll.rowCount)), .init("n_steps", .integer(task.stepCount)),
      .init("n_actions", .integer(task.actionCount)),
      .init("durations", .array(CounterpointTask.durations.map { .integer($0) })),
      .init("max_skip_in_degrees", .integer(task.maximumSkip)),
      .init("lowest_key", .integer(roll.lowestKey)),
      .init("reward_for_dead_end", .number(environment.deadEndReward)),
      .init("rules", .array(environment.rules.map { .string(type(of: $0).name) })),
    ])
  }
}

private enum Request {
  case spec
  case reset([(movement: Int, duration: Int)])
  case step(movement: Int, duration: Int)
  case explain(movement: Int, duration: Int)
}

private struct RequestError: Error { var found: String }

extension CounterpointSession {
  /// Reads a line: an object of exactly one known key, whose value is an object of exactly the keys that belong there.
  private static func request(_ line: some Collection<UInt8>) throws(RequestError) -> Request {
    guard let value = try? JSONParser.parse(Array(line), file: "request"), case .object(let members) = value else {
      throw RequestError(found: "found no JSON object")
    }
    guard let member = members.first, members.count == 1 else {
      throw RequestError(found: "found \(members.count) keys")
    }
    let shown = TextQuoting.quote(Array(member.key.utf8), limit: 40)
    guard case .object(let arguments) = member.value else {
      throw RequestError(found: "found no object as the value of \(shown)")
    }
    let next = ["movement", "duration"]
    let expected = ["spec": [], "reset": ["actions"], "step": next, "explain": next]
    guard let names = expected[member.key] else { throw RequestError(found: "found the unknown key \(shown)") }
    if let unknown = arguments.first(where: { !names.contains($0.key) }) {
      let name = TextQuoting.quote(Array(unknown.key.utf8), limit: 40)
      throw RequestError(found: "found the unknown key \(name) in \(shown)")
    }
    func argument(_ name: String) -> OrderedJSON? { arguments.first { $0.key == name }?.value }
    switch member.key {
    case "spec": return .spec
    case "reset":
      guard let value = argument("actions") else { return .reset([]) }
      return .reset(try actions(value))
    default:
      guard let movement = integer(argument("movement")), let duration = integer(argument("duration")) else {
        throw RequestError(found: "found no integers as movement and duration")
      }
      return member.key == "step"
        ? .step(movement: movement, duration: duration) : .explain(movement: movement, duration: duration)
    }
  }

  private static func actions(_ value: OrderedJSON) throws(RequestError) -> [(movement: Int, duration: Int)] {
    guard case .array(let list) = value else { throw RequestError(found: "found no list of actions") }
    var actions: [(movement: Int, duration: Int)] = []
    for pair in list {
      guard case .array(let parts) = pair, parts.count == 2, let movement = integer(parts[0]),
        let duration = integer(parts[1])
      else { throw RequestError(found: "found no pair of integers as an action") }
      actions.append((movement, duration))
    }
    return actions
  }

  /// A small integer.
  private static func integer(_ value: OrderedJSON?) -> Int? {
    guard case .integer(let integer) = value, (-1_000_000...1_000_000).contains(integer) else { return nil }
    return integer
  }
}
