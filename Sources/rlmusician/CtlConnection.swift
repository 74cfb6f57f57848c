import ArgumentParser
import Core
import Daemon
import Foundation

/// What all of `ctl` has: where the daemon listens, and how answers are written.
struct CtlConnection: ParsableArguments {
  @OptionGroup var configuration: ConfigurationOption

  @Option(help: ArgumentHelp("The daemon's Unix socket; without it, it is looked for.", valueName: "path"))
  var socket: String?

  @Flag(help: "The daemon's answer as JSON.")
  var json = false

  /// Asks the running daemon.
  ///
  /// - Throws: `CtlError`: no daemon, or it refuses.
  func ask(_ method: String, _ target: String, _ body: [String: Any]? = nil) throws -> CtlAnswer {
    let data = try body.map { try JSONSerialization.data(withJSONObject: $0) }
    let answer: ControlClient.Answer
    do {
      answer = try client().ask(method, "/api/" + target, body: data)
    } catch let failure as ControlClient.Failure {
      throw CtlError(code: .unavailable, text: "no answer from the daemon: \(failure)")
    }
    let object = try? JSONSerialization.jsonObject(with: answer.body) as? [String: Any]
    guard (200..<300).contains(answer.status) else {
      let codes: [Int: Fault.Code] = [400: .usage, 404: .noInput, 409: .unavailable, 422: .data, 503: .unavailable]
      let reason = object?["error"] as? String ?? "status \(answer.status)"
      throw CtlError(code: codes[answer.status] ?? .software, text: "the daemon refuses: \(reason)")
    }
    return CtlAnswer(text: String(decoding: answer.body, as: UTF8.self), object: object ?? [:])
  }

  /// The first place where a daemon answers.
  private func client() throws -> ControlClient {
    let paths = try socket.map { [$0] } ?? ControlSocket.candidates(configuration.read().daemon)
    for path in paths {
      let client = ControlClient(path: path)
      if (try? client.ask("GET", "/api/status")) != nil { return client }
    }
    throw CtlError(
      code: .unavailable, text: "no daemon answers on \(paths.joined(separator: ", ")); start one: rlmusician daemon")
  }

  /// The answer as it is, or a text made of it.
  func show(_ answer: CtlAnswer, _ text: (CtlAnswer) -> String) {
    StandardOutput.writeLine(json ? answer.text : text(answer))
  }

  /// A piece's number: digits, `last` for the newest, `now` for the one that is heard.
  func number(_ text: String) throws -> Int64 {
    switch text {
    case "last":
      let pieces = try ask("GET", "pieces?limit=1").list("pieces")
      guard let id = pieces.first?.integer("id") else { throw CtlError(code: .noInput, text: "no piece yet") }
      return id
    case "now":
      let player = try ask("GET", "player").part("player")
      guard let id = player.integer("piece") else {
        throw CtlError(code: .noInput, text: "no piece of the library is being heard")
      }
      return id
    default:
      guard let id = Int64(text), id >= 0 else {
        throw ValidationError("found '\(text)'; allowed: a piece's number, last, now")
      }
      return id
    }
  }
}

/// An object of the daemon's answer.
struct CtlAnswer {
  var text = ""
  var object: [String: Any]

  func string(_ key: String) -> String? { object[key] as? String }
  func integer(_ key: String) -> Int64? { (object[key] as? NSNumber)?.int64Value }
  func number(_ key: String) -> Double? { (object[key] as? NSNumber)?.doubleValue }
  func boolean(_ key: String) -> Bool { object[key] as? Bool ?? false }
  func part(_ key: String) -> CtlAnswer { CtlAnswer(object: object[key] as? [String: Any] ?? [:]) }
  func list(_ key: String) -> [CtlAnswer] {
    (object[key] as? [[String: Any]] ?? []).map { CtlAnswer(object: $0) }
  }
}

/// The daemon is not there, or does not do it.
struct CtlError: Error {
  var code: Fault.Code
  var text: String
}
