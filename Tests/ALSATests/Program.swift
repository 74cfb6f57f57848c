#if Playback
  import Foundation
  import Testing

  @testable import Playback

  /// The program as a user starts it: the one that was built beside the tests, or `RLMUSICIAN`.
  final class Program {
    /// Where its files and its memory of subscribers go.
    let folder: URL
    private let process = Process()

    init(_ arguments: [String], folder: URL) throws {
      self.folder = folder
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      process.executableURL = try Self.path()
      process.arguments = arguments
      process.currentDirectoryURL = folder
      process.environment = ProcessInfo.processInfo.environment.merging(["XDG_STATE_HOME": folder.path]) { $1 }
      for (name, stream) in [("stdout", \Process.standardOutput), ("stderr", \Process.standardError)] {
        let file = folder.appending(path: name)
        #expect(FileManager.default.createFile(atPath: file.path, contents: nil))
        process[keyPath: stream] = try FileHandle(forWritingTo: file)
      }
      process.standardInput = FileHandle.nullDevice
      try ALSAKernel.start(process)
    }

    deinit { if process.isRunning { kill(process.processIdentifier, SIGKILL) } }

    private static func path() throws -> URL {
      if let other = ProcessInfo.processInfo.environment["RLMUSICIAN"] { return URL(filePath: other) }
      let tests = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
      return URL(filePath: tests).deletingLastPathComponent().appending(path: "rlmusician")
    }

    func send(_ signal: Int32) { kill(process.processIdentifier, signal) }

    /// Waits for its end: the exit code, or minus the signal that killed it. Nil if it goes on.
    func ending(withinSeconds seconds: Double = 300) -> Int32? {
      let end = ContinuousClock.now + .seconds(seconds)
      while process.isRunning {
        if ContinuousClock.now > end { return nil }
        usleep(20_000)
      }
      return process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus
    }

    var standardError: String { (try? String(contentsOf: folder.appending(path: "stderr"), encoding: .utf8)) ?? "" }
    var standardOutput: String { (try? String(contentsOf: folder.appending(path: "stdout"), encoding: .utf8)) ?? "" }

    /// Its port, as soon as it is there.
    static func port(withinSeconds seconds: Double = 300) throws -> SequencerAddress {
      let end = ContinuousClock.now + .seconds(seconds)
      while ContinuousClock.now < end {
        let port = try SequencerClient.listPorts().first { $0.port.clientName == SequencerOutput.clientName }
        if let port { return port.port.address }
        usleep(20_000)
      }
      throw SequencerError(operation: "the program's port", code: -ENOENT)
    }
  }
#endif
