#if Playback
  import Foundation

  /// Files that the tests give to the program.
  enum ProgramInput {
    /// A roll file of so many rows and steps, about `share` of its cells on; the same every time.
    static func roll(rows: Int, steps: Int, share: Double, in folder: URL) throws -> String {
      var state: UInt64 = 1
      let lines = (0..<rows).map { _ in
        (0..<steps).map { _ in
          state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
          return Double(state >> 33) / Double(1 << 31) < share ? "1" : "0"
        }.joined(separator: "\t")
      }
      let file = folder.appending(path: "roll.tsv")
      try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: file)
      return file.path
    }

    /// A configuration file that says how long a step lasts.
    static func configuration(stepSeconds: Double, in folder: URL) throws -> String {
      let file = folder.appending(path: "configuration.yml")
      try Data("environment:\n  rendering_params:\n    step_in_seconds: \(stepSeconds)\n".utf8).write(to: file)
      return file.path
    }
  }
#endif
