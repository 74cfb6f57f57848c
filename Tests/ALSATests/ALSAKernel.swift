// Tests that need a real ALSA kernel. `make test-alsa` (scripts/test-alsa) builds them here and runs them inside
// scripts/alsa-vm, where a failed or skipped test, or none at all, fails the run. Everywhere else they are skipped.
//
// Suites whose name begins with `USB` run with the USB card (which can be unplugged), all others with the HDA card.
// What card 0 plays grows in `ALSAKernel.cardRecording` (44 bytes of header, then S16_LE stereo 48 kHz) while it plays;
// card 1, "hw:Loopback", gives back on device 1 what is played on device 0.
#if Playback
  import Foundation
  import Testing

  extension Trait where Self == ConditionTrait {
    /// Runs the suite on the virtual machine's ALSA kernel only.
    static var alsaKernel: Self {
      .enabled(if: ALSAKernel.isHere, "needs a real ALSA kernel: make test-alsa")
    }
  }

  enum ALSAKernel {
    /// Whether this is the virtual machine of scripts/alsa-vm.
    static let isHere = ProcessInfo.processInfo.environment["ALSA_VM"] == "1"
    /// The folder shared with the host.
    static let output = URL(filePath: ProcessInfo.processInfo.environment["OUT"] ?? "/.out")
    /// What card 0 has played since the machine started.
    static var cardRecording: URL { output.appending(path: "card.wav") }

    /// Starts a process that can be signalled: the tests' own threads have signals blocked, which a child inherits.
    static func start(_ process: Process) throws {
      var (none, before) = (sigset_t(), sigset_t())
      sigemptyset(&none)
      pthread_sigmask(SIG_SETMASK, &none, &before)
      defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
      try process.run()
    }

    /// Runs a program of the machine (`aconnect`, `hmp`, `aplay`) and returns what it printed.
    @discardableResult
    static func run(_ program: String, _ arguments: String...) throws -> String {
      let process = Process()
      process.executableURL = URL(filePath: "/usr/bin/env")
      process.arguments = [program] + arguments
      let output = Pipe()
      process.standardOutput = output
      try process.run()
      let text = try output.fileHandleForReading.readToEnd() ?? Data()
      process.waitUntilExit()
      #expect(process.terminationStatus == 0, "\(program) \(arguments)")
      return String(decoding: text, as: UTF8.self)
    }
  }
#endif
