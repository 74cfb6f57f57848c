import Foundation

/// The built program, run as a user runs it.
struct CommandRun {
  var status: Int32
  var output: String
  var errors: String

  /// The program lies beside the tests.
  static let program: URL = {
    // Linux: the tests are a program of their own; macOS: a bundle inside the folder.
    var folder = URL(filePath: CommandLine.arguments[0]).resolvingSymlinksInPath().deletingLastPathComponent()
    while folder.path() != "/", !FileManager.default.fileExists(atPath: folder.appending(path: "rlmusician").path()) {
      folder.deleteLastPathComponent()
    }
    return folder.appending(path: "rlmusician")
  }()

  /// Runs the program to its end with this standard input.
  init(_ arguments: [String], input: [UInt8] = [], in folder: URL? = nil) throws {
    let process = Process()
    process.executableURL = Self.program
    process.arguments = arguments
    process.currentDirectoryURL = folder
    // Files instead of pipes: nothing can fill up, whoever writes first.
    let scratch = FileManager.default.temporaryDirectory.appending(path: "rlmusician-test-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: scratch, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: scratch) }
    let names = ["in", "out", "err"].map { scratch.appending(path: $0) }
    for name in names { try Data(name == names[0] ? input : []).write(to: name) }
    process.standardInput = try FileHandle(forReadingFrom: names[0])
    process.standardOutput = try FileHandle(forWritingTo: names[1])
    process.standardError = try FileHandle(forWritingTo: names[2])
    try process.run()
    process.waitUntilExit()
    status = process.terminationStatus
    output = String(decoding: try Data(contentsOf: names[1]), as: UTF8.self)
    errors = String(decoding: try Data(contentsOf: names[2]), as: UTF8.self)
  }

  /// A folder that lives as long as `body` runs, with these files in it.
  static func withFolder(_ files: [String: String], _ body: (URL) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "rlmusician-test-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    for (name, text) in files { try Data(text.utf8).write(to: folder.appending(path: name)) }
    try body(folder)
  }
}
