import Foundation
import Testing

@testable import rlmusician

@Suite struct RenderCommandTests {
  private static let names = [
    "music.mid", "music.wav", "piano_roll.svg", "piano_roll.tsv", "piece.json", "sinethesizer_events.tsv",
  ]
  private static let files = [
    "c.yml": """
    environment:
      n_semitones: 3
      scoring_coefs: {lines: -2}
      rendering_params:
        dir: elsewhere
        lowest_note: A4
        step_in_seconds: 0.1

    """,
    "a.tsv": "1\t0\n0\t1\n", "b.tsv": "1\t1\t1\n", "ragged.tsv": "1\t1\t1\n1\t1\n",
  ]

  private static func list(_ folder: URL, _ path: String = "") -> [String] {
    let path = folder.appending(path: path).path(percentEncoded: false)
    return ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted()
  }

  private static func read(_ folder: URL, _ path: String) throws -> Data {
    try Data(contentsOf: folder.appending(path: path))
  }

  @Test func allFilesOfAPiece() throws {
    try CommandRun.withFolder(Self.files) { folder in
      let run = try CommandRun(["render", "a.tsv", "b.tsv", "-c", "c.yml", "-o", "new/out"], in: folder)
      #expect(run.status == 0 && run.errors.isEmpty, "\(run.errors)")
      let paths = run.output.split(separator: "\n").map(String.init)
      try #require(paths.count == 2)
      for path in paths {
        #expect(path.hasPrefix("new/out/result_"))
        #expect(Self.list(folder, path) == Self.names)
      }
      #expect(Self.list(folder, "new/out") == paths.map { String($0.dropFirst("new/out/".count)) })
      #expect(try Self.read(folder, "\(paths[0])/piano_roll.tsv") == Data("1\t0\n0\t1\n".utf8))
      let wave = try Self.read(folder, "\(paths[0])/music.wav")
      // Two steps of 0.1 s and 2 s of tail; a header; 8 bytes a frame.
      #expect((Int(2.2 * 44100) * 8..<Int(2.2 * 44100) * 8 + 200).contains(wave.count))
      let json = try #require(
        JSONSerialization.jsonObject(with: Self.read(folder, "\(paths[0])/piece.json")) as? [String: Any])
      #expect(json["lowest_note"] as? String == "A4")
      #expect((json["score"] as? [String: Any])?["total"] as? Double == 8)
      #expect(json["provenance"] is NSNull)
    }
  }

  @Test func withoutAFolderTheConfigurationsOne() throws {
    try CommandRun.withFolder(Self.files) { folder in
      let run = try CommandRun(["render", "b.tsv", "-c", "c.yml", "--format", "flac,ogg"], in: folder)
      #expect(run.status == 0, "\(run.errors)")
      let path = run.output.dropLast()
      #expect(path.hasPrefix("elsewhere/result_"))
      #expect(
        Self.list(folder, String(path)).filter { $0.hasPrefix("music") } == ["music.flac", "music.mid", "music.ogg"])
    }
  }

  @Test func aMalformedRollAmongGoodOnesWritesNothing() throws {
    try CommandRun.withFolder(Self.files) { folder in
      let run = try CommandRun(["render", "a.tsv", "ragged.tsv", "-o", "out"], in: folder)
      #expect(run.status == 65 && run.output.isEmpty)
      #expect(run.errors == "rlmusician: ragged.tsv:2: 2 cells, but the lines above have 3\n")
      #expect(!Self.list(folder).contains("out"))
    }
  }

  @Test(
    arguments: [
      (["nothing.tsv"], 66, "rlmusician: nothing.tsv: No such file or directory\n"),
      (["a.tsv", "-o", "b.tsv"], 73, "rlmusician: b.tsv: Not a directory\n"),
      (["a.tsv", "-o", "/proc/out"], 73, "rlmusician: /proc/out: No such file or directory\n"),
      (["a.tsv", "-c", "a.tsv"], 78, nil), (["a.tsv", "--format", "mp3"], 64, nil), ([], 64, nil),
    ] as [([String], Int32, String?)])
  func faults(arguments: [String], status: Int32, message: String?) throws {
    try CommandRun.withFolder(Self.files) { folder in
      let run = try CommandRun(["render"] + arguments, in: folder)
      #expect(run.status == status, "\(run.errors)")
      #expect(run.output.isEmpty && !run.errors.isEmpty)
      if let message { #expect(run.errors == message) }
      #expect(Self.list(folder) == Self.files.keys.sorted())
    }
  }

  /// A limit on the size of files stands in for a disk that is full: the sound is the first file beyond it.
  @Test func aWriteThatFailsInTheMiddleLeavesNoFolder() throws {
    try CommandRun.withFolder(Self.files) { folder in
      let shell = Process()
      shell.executableURL = URL(filePath: "/bin/sh")
      shell.arguments = [
        "-c", "ulimit -f 64; exec \"$0\" render a.tsv -o out 2>errors", CommandRun.program.path(),
      ]
      shell.currentDirectoryURL = folder
      try shell.run()
      shell.waitUntilExit()
      #expect(shell.terminationStatus == 73)
      #expect(try Self.read(folder, "errors") == Data("rlmusician: out/music.wav: File too large\n".utf8))
      #expect(Self.list(folder, "out").isEmpty)
    }
  }
}
