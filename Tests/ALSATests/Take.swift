#if Playback
  import Foundation
  import Testing

  @testable import Playback

  /// What `arecordmidi` recorded of a piece that the program played, beside what the piece's `music.mid` says.
  struct Take {
    struct Event: Equatable {
      /// `on CHANNEL KEY VELOCITY`, `off CHANNEL KEY 0`, `program CHANNEL NUMBER`.
      var message: String
      /// From the file's beginning; of the recording the kernel's timestamps.
      var seconds: Double
    }

    /// From `music.mid`.
    var expected: [Event]
    /// From the port.
    var recorded: [Event]

    /// Plays a roll while `arecordmidi` listens, and lists both files with a reader that is not ours.
    static func record(roll: String, configuration: String, in folder: URL) throws -> Take {
      let expected = try music(ofRoll: roll, configuration: configuration, in: folder)
      let player = try Program(
        ["play", roll, "-c", configuration, "--play", "midi"], folder: folder.appending(path: "player"))
      let recording = folder.appending(path: "recording.mid").path
      let recorder = Process()
      recorder.executableURL = URL(filePath: "/usr/bin/arecordmidi")
      // 25000 ticks a quarter note of half a second: 20 microseconds each.
      recorder.arguments = ["-p", try Program.port().description, "-t", "25000", recording]
      try ALSAKernel.start(recorder)
      #expect(player.ending(withinSeconds: 60) == 0, "\(player.standardError)")
      recorder.interrupt()
      recorder.waitUntilExit()
      return Take(expected: expected, recorded: try events(of: recording))
    }

    /// What the `music.mid` of a roll says.
    static func music(ofRoll roll: String, configuration: String, in folder: URL) throws -> [Event] {
      let files = folder.appending(path: "files")
      let rendered = try Program(["render", roll, "-c", configuration, "-o", files.path], folder: files)
      #expect(rendered.ending() == 0, "\(rendered.standardError)")
      let piece = try #require(rendered.standardOutput.split(separator: "\n").first)
      return try events(of: URL(filePath: String(piece), relativeTo: files).appending(path: "music.mid").path)
    }

    private static func events(of file: String) throws -> [Event] {
      let list = """
        import mido, sys
        now = 0
        for message in mido.MidiFile(sys.argv[1]):
            now += message.time
            if message.type == "program_change": print("program", message.channel, message.program, now, sep="\\t")
            if message.type in ("note_on", "note_off"):
                on = message.type == "note_on" and message.velocity > 0
                name, velocity = ("on", message.velocity) if on else ("off", 0)
                print(f"{name} {message.channel} {message.note} {velocity}", now, sep="\\t")
        """
      return try ALSAKernel.run("/usr/bin/python3", "-c", list, file).split(separator: "\n").map {
        let columns = $0.split(separator: "\t")
        let seconds = try #require(columns.last.flatMap { Double($0) })
        return Event(message: columns.dropLast().joined(separator: " "), seconds: seconds)
      }
    }
  }
#endif
