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

      With a configuration of counterpoint:

        {"reset": {}}                       {"observation": [[...]], "valid_actions": [[-1, 4], ...]}
        {"reset": {"actions": [[2, 4]]}}    the same after this beginning, whatever the rules say of it
        {"step": {"movement": 2, "duration": 4}}
                                            {"observation": ..., "reward": 0.0, "terminated": false, \
      "valid_actions": ...}, at the end with "scores"
        {"explain": {"movement": 2, "duration": 4}}
                                            {"valid": false, "movement": true, "range": true, "length": true, \
      "rules": {...}}

      With a configuration of songs:

        {"reset": {"seed": 5}}              {"observation": {"lanes": [[...]], "sounding": [...], "kind": "chord", "role": 1, \
      "step": 0}, "valid_actions": [...]}
        {"step": {"action": 3}}             the same with "reward" and "terminated", at the end with "score" and "faults"

      What an action means depends on the kind: transformation (0 to 6: the bar it returns to moved by -3 to 3 degrees, 7 to \
      13: also upside down, 14: its rhythm only), chord (its number), rhythm (0 to 7: begins with an onset, 8 to 15: does \
      not; bits 0 to 2: onsets at the steps after it), pitch (7: the part's last note again, 8: the degree above it, ...).

      A line that is no such request, an action that is not possible, and a step after the end are answered with \
      {"error": "..."} and change nothing. The session begins as after a reset and ends with the input.
      """)

  @OptionGroup var config: ConfigurationOption
  @OptionGroup var style: StyleOption

  func run() throws {
    try reportingFaults {
      let configuration = try config.read(style: style)
      if let counterpoint = configuration.counterpoint {
        var session = CounterpointSession(CounterpointEnvironment(counterpoint))
        return try converse { session.answer($0) }
      }
      if let song = configuration.song {
        guard var session = SongSession(song) else { throw Fault(.system, "no memory for a song") }
        return try converse { session.answer($0) }
      }
      var session = EnvironmentSession(PianoRollEnvironment(configuration.environment))
      try converse { session.answer($0) }
    }
  }

  /// Answers line by line until the input ends or nobody reads any more.
  private func converse(_ answer: (ArraySlice<UInt8>) -> String) throws {
    // A reader that goes away is the end of the session, not a crash.
    signal(SIGPIPE, SIG_IGN)
    var input = LineReader(descriptor: STDIN_FILENO, limit: EnvironmentSession.maximumLineByteCount)
    while let line = try input.next() {
      let text =
        switch line {
        case .complete(let bytes): answer(bytes)
        case .tooLong: EnvironmentSession.answerToLongLine()
        }
      guard try writeLine(text, descriptor: STDOUT_FILENO) else { return }
    }
  }
}
