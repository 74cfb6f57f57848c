// Tests against a running sound server with a null sink. `scripts/test-sound-server` starts one and runs them; there a
// skipped test fails the run. Everywhere else they are skipped.
#if Playback
  import Foundation
  import Synchronization
  import Testing

  extension Trait where Self == ConditionTrait {
    /// Runs where scripts/test-sound-server has started a server.
    static var soundServer: Self { .enabled(if: SoundServer.isHere, "needs scripts/test-sound-server") }
  }

  /// The server that the script has started.
  enum SoundServer {
    private static let environment = ProcessInfo.processInfo.environment
    static let isHere = environment["SOUND_SERVER_CONTROL"] != nil
    /// The server, as a device of alsa-lib.
    static let device = environment["SOUND_SERVER_DEVICE"] ?? "pulse"
    /// How long the long test plays, seconds.
    static let seconds = environment["SOUND_SERVER_SECONDS"].flatMap { Double($0) } ?? 30

    /// `stop`, `start`: the script's own function.
    static func control(_ word: String) throws {
      // By hand: Foundation's `waitUntilExit` can spin for ever on a thread of Swift concurrency.
      let program = try #require(environment["SOUND_SERVER_CONTROL"])
      var child = pid_t()
      var arguments: [UnsafeMutablePointer<CChar>?] = [strdup(program), strdup(word), nil]
      defer { for argument in arguments { free(argument) } }
      try #require(posix_spawn(&child, program, nil, nil, &arguments, environ) == 0)
      var status: Int32 = 0
      waitpid(child, &status, 0)
      #expect(status == 0, "\(word)")
    }
  }

  /// Records the null sink's monitor while it lives: float samples of the left channel with their times of arrival.
  final class Recorder: @unchecked Sendable {
    // Unchecked: the lock guards what the reading thread shares.
    private let process = Process()
    private let state: Mutex<(samples: [Float], count: Int, arrivals: [(count: Int, time: ContinuousClock.Instant)])>

    /// - Parameters:
    ///   - seconds: Room for so many is there from the beginning, so that recording needs no more memory.
    ///   - latencyMilliseconds: How late samples may arrive; the longer, the less is lost under load.
    init(seconds: Double = 60, latencyMilliseconds: Int = 200) throws {
      state = Mutex(([Float](repeating: 0, count: Int(48_000 * seconds)), 0, []))
      process.executableURL = URL(filePath: "/usr/bin/env")
      // With real-time priority where that is allowed: what the recorder loses would look as if the player had lost it.
      process.arguments = [
        "sh", "-c", "chrt -r 5 true 2>/dev/null && exec chrt -r 5 parec \"$@\"; exec parec \"$@\"", "parec", "-d",
        "test.monitor", "--rate=48000", "--channels=2", "--format=float32le",
        "--raw",
        "--latency-msec=\(latencyMilliseconds)",
      ]
      let pipe = Pipe()
      // It holds 2.7 s: a recorder that waits for its reader loses what it would have recorded meanwhile.
      _ = fcntl(pipe.fileHandleForWriting.fileDescriptor, 1031 /* F_SETPIPE_SZ */, 1 << 20)
      process.standardOutput = pipe
      try process.run()
      let input = pipe.fileHandleForReading.fileDescriptor
      let reader = Thread { [self, pipe] in
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
          let count = read(input, &buffer, buffer.count)
          if count <= 0 { break }
          bytes += buffer[..<count]
          let frames = bytes.count / 8
          let left = bytes.withUnsafeBytes { raw in
            (0..<frames).map { raw.loadUnaligned(fromByteOffset: 8 * $0, as: Float.self) }
          }
          bytes.removeFirst(8 * frames)
          state.withLock { state in
            let end = min(state.samples.count, state.count + left.count)
            for index in state.count..<end { state.samples[index] = left[index - state.count] }
            state.count = end
            // Times are asked for in short recordings only.
            if state.arrivals.count < 20_000 { state.arrivals.append((end, .now)) }
          }
        }
        withExtendedLifetime(pipe) {}
      }
      reader.start()
    }

    /// What has been recorded.
    var samples: [Float] { state.withLock { Array($0.samples[..<$0.count]) } }
    /// How much of it there is.
    var count: Int { state.withLock { $0.count } }

    /// When the sample arrived.
    func time(of sample: Int) -> ContinuousClock.Instant? {
      state.withLock { state in state.arrivals.first { $0.count > sample }?.time }
    }

    /// Waits until it records.
    func ready() async throws {
      for _ in 0..<3000 where count == 0 { try await Task.sleep(for: .milliseconds(10)) }
      #expect(count > 0, "nothing is recorded")
    }

    func stop() {
      if process.isRunning { kill(process.processIdentifier, SIGKILL) }
    }
  }

  /// The process's resident memory, bytes.
  func residentBytes() throws -> Int {
    let text = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8)
    return (Int(text.split(separator: " ")[1]) ?? 0) * 4096
  }
#endif
