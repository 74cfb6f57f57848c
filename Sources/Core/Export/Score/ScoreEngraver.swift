import Foundation

/// Runs LilyPond on a score. The only thing in a piece's folder that another program makes.
public enum ScoreEngraver {
  /// The program that is looked for on the path.
  static let program = "lilypond"
  /// A score that takes longer than this is given up, in seconds.
  static let longestSeconds = 30.0

  /// Engraves a score beside its file: `score.pdf`.
  ///
  /// LilyPond's own dates are fixed, so that the same score is the same file.
  ///
  /// - Parameters:
  ///   - name: The `.ly` file's name.
  ///   - folder: Where it lies, and where the PDF goes.
  /// - Returns: nothing, or a line about why there is none.
  static func engrave(_ name: String, in folder: String) -> [String] {
    guard let executable = find(program) else { return ["not written: \(program) is not installed"] }
    let process = Process()
    process.executableURL = URL(filePath: executable)
    // By relative names: LilyPond does not find paths with colons.
    process.currentDirectoryURL = URL(filePath: folder)
    process.arguments = ["--silent", "-dno-point-and-click", "--pdf", name]
    process.environment = ProcessInfo.processInfo.environment.merging(["SOURCE_DATE_EPOCH": "0"]) { $1 }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    let isDone = DispatchSemaphore(value: 0)
    process.terminationHandler = { _ in isDone.signal() }
    do { try process.run() } catch { return ["not written: \(program) cannot be started"] }
    if isDone.wait(timeout: .now() + longestSeconds) == .timedOut {
      process.terminate()
      return ["not written: \(program) took longer than \(Int(longestSeconds)) s"]
    }
    let isThere = FileManager.default.fileExists(atPath: "\(folder)/score.pdf")
    return process.terminationStatus == 0 && isThere ? [] : ["not written: \(program) failed on score.ly"]
  }

  private static func find(_ name: String) -> String? {
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    return folders.map { "\($0)/\(name)" }.first { FileManager.default.isExecutableFile(atPath: $0) }
  }
}
