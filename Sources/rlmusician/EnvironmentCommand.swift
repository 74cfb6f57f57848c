import ArgumentParser
import Core
import Foundation

/// `rlmusician environment`: the environment for programs in other languages.
struct EnvironmentCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "environment",
    abstract: "The environment for programs in other languages: JSON lines on standard input and output.",
    discussion: """
      Every line is a request, every request gets one line as the answer:

        {"spec": {}}             {"spec": {"n_semitones": 25, "n_roll_steps": 33, ...}}
        {"reset": {}}            {"observation": [...]}
        {"step": {"action": 3}}  {"observation": [...], "reward": 0.0, "terminated": false}

      A line that is no such request, an action that is no row, and a step after the end are answered with \
      {"error": "..."} and change nothing. The session begins as after a reset and ends with the input.
      """)

  @OptionGroup var config: ConfigurationOption

  func run() throws {
    try reportingFaults {
      var session = EnvironmentSession(PianoRollEnvironment(try config.read().environment))
      // A reader that goes away is the end of the session, not a crash.
      signal(SIGPIPE, SIG_IGN)
      var input = LineReader(descriptor: STDIN_FILENO, limit: EnvironmentSession.maximumLineByteCount)
      while let line = try input.next() {
        let answer =
          switch line {
          case .complete(let bytes): session.answer(bytes)
          case .tooLong: EnvironmentSession.answerToLongLine()
          }
        guard try writeLine(answer, descriptor: STDOUT_FILENO) else { return }
      }
    }
  }
}
