import Foundation

/// The environment as a conversation: one line of JSON in, one line of JSON out, for programs in other languages.
///
///     {"spec": {}}             -> {"spec": {"n_semitones": 25, ..., "episode_steps": 96}}
///     {"reset": {}}            -> {"observation": [...]}
///     {"step": {"action": 3}}  -> {"observation": [...], "reward": 0.0, "terminated": false}
///
/// Any other line is answered with `{"error": "..."}` and changes nothing. A session starts as if just reset.
public struct EnvironmentSession: Sendable {
  /// The longest line that is read, in bytes. A longer one is answered with an error.
  public static let maximumLineByteCount = 65_536

  /// The environment as the conversation has left it.
  public private(set) var environment: PianoRollEnvironment

  /// A session at the start of an episode.
  public init(_ environment: PianoRollEnvironment) { self.environment = environment }

  /// The answer to one line (without its line break), without a line break.
  public mutating func answer(_ line: some Collection<UInt8>) -> String {
    do {
      return try answer(to: Self.request(line))
    } catch let error as SessionError {
      return Self.error(error.reason)
    } catch let error as EnvironmentError {
      return Self.error("\(error)")
    } catch {
      return Self.error("found no JSON object; allowed: \(Self.allowed)")
    }
  }

  /// The answer to a line that was too long to be kept.
  public static func answerToLongLine() -> String {
    error("a line of more than \(maximumLineByteCount) bytes; allowed: \(allowed)")
  }

  private static let allowed = #"{"reset": {}}, {"step": {"action": ROW}}, {"spec": {}}"#

  private static func error(_ reason: String) -> String {
    // Quotes and backslashes are all that a printable line needs to have escaped.
    let escaped = TextQuoting.printable(reason).replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
    return "{\"error\": \"\(escaped)\"}"
  }

  private mutating func answer(to request: Request) throws(EnvironmentError) -> String {
    switch request {
    case .spec:
      return """
        {"spec": {"n_semitones": \(environment.roll.rowCount), "n_roll_steps": \(environment.roll.stepCount), \
        "observation_decay": \(environment.observationDecay), "n_draws_per_roll_step": \(environment.drawsPerStep), \
        "episode_steps": \(environment.episodeLength)}}
        """
    case .reset:
      return "{\"observation\": \(environment.reset())}"
    case .step(let action):
      let transition = try environment.step(action)
      return """
        {"observation": \(transition.observation), "reward": \(transition.reward), \
        "terminated": \(transition.isTerminated)}
        """
    }
  }
}

private enum Request {
  case spec, reset
  case step(Int)
}

private struct SessionError: Error { var reason: String }

extension EnvironmentSession {
  /// Reads a line: an object of exactly one known key.
  private static func request(_ line: some Collection<UInt8>) throws -> Request {
    guard let text = String(validating: line, as: UTF8.self) else {
      throw SessionError(reason: "found bytes that are not UTF-8; allowed: \(allowed)")
    }
    return try JSONDecoder().decode(DecodedRequest.self, from: Data(text.utf8)).request
  }

  private struct DecodedRequest: Decodable {
    var request: Request

    init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: Key.self)
      guard let key = container.allKeys.first, container.allKeys.count == 1 else {
        throw SessionError(reason: "found \(container.allKeys.count) keys; allowed: \(allowed)")
      }
      guard let arguments = try? container.nestedContainer(keyedBy: Key.self, forKey: key) else {
        throw SessionError(reason: "found no object as the value of '\(key.shown)'; allowed: \(allowed)")
      }
      let expected = key.stringValue == "step" ? ["action"] : []
      if let unknown = arguments.allKeys.first(where: { !expected.contains($0.stringValue) }) {
        throw SessionError(reason: "found the unknown key '\(unknown.shown)' in '\(key.shown)'; allowed: \(allowed)")
      }
      switch key.stringValue {
      case "spec": request = .spec
      case "reset": request = .reset
      case "step":
        guard let action = try? arguments.decode(Int.self, forKey: Key("action")) else {
          throw SessionError(reason: "found no integer as the action; allowed: \(allowed)")
        }
        request = .step(action)
      default: throw SessionError(reason: "found the unknown key '\(key.shown)'; allowed: \(allowed)")
      }
    }
  }

  private struct Key: CodingKey {
    var stringValue: String
    var intValue: Int? { nil }
    /// For messages, which stay short.
    var shown: String { stringValue.count > 40 ? stringValue.prefix(40) + "..." : stringValue }
    init(_ name: String) { stringValue = name }
    init?(stringValue: String) { self.init(stringValue) }
    init?(intValue: Int) { nil }
  }
}
