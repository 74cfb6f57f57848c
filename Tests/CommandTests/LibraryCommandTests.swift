import Foundation
import Testing

/// `rlmusician library` on a library that is made from folders, as after the loss of its database.
@Suite(.timeLimit(.minutes(2))) struct LibraryCommandTests {
  private struct Row: Decodable {
    struct Score: Decodable {
      var rule: String
      var raw: Double
    }
    var id: Int64
    var folder: String
    var rating: Int
    var is_kept: Bool
    var session: Int64?
    var score: Double
    var scores: [Score]
  }

  private struct Page: Decodable {
    var total: Int
    var pieces: [Row]
  }

  /// Four pieces whose `library.json` say that they are 11 to 14, 12 is kept, 13 rated up, 14 rated down.
  private func withLibrary(_ body: (URL, [String]) throws -> Void) throws {
    let configuration = """
      environment: {n_semitones: 13, n_roll_steps: 6, rendering_params: {step_in_seconds: 0.05}}
      agent: {population_size: 8, n_episodes_per_candidate: 2, n_processes: 1}
      """
    try CommandRun.withFolder(["c.yml": configuration]) { folder in
      let trained = try CommandRun(
        ["-c", "c.yml", "-p", "2", "-e", "4", "--seed", "3", "--no-play", "-o", "library/pieces"], in: folder)
      #expect(trained.status == 0, "\(trained.errors)")
      let pieces = folder.appending(path: "library/pieces")
      let names = try FileManager.default.contentsOfDirectory(atPath: pieces.path()).filter { $0.hasPrefix("result_") }
        .sorted()
      try #require(names.count == 4)
      for (index, name) in names.enumerated() {
        let text = """
          {"id": \(11 + index), "time": \(1_700_000_000 + index), "session": \(index / 2 + 1),
           "rating": \([0, 0, 1, -1][index]), "\(index == 0 ? "isKept" : "is_kept")": \(index == 1)}
          """
        try Data(text.utf8).write(to: pieces.appending(path: "\(name)/library.json"))
      }
      let rebuilt = try library(["rebuild", "--json"], in: folder)
      #expect(rebuilt.status == 0 && rebuilt.output == "{\"pieces\":4}\n", "\(rebuilt.errors)")
      try body(folder, names)
    }
  }

  private func library(_ arguments: [String], in folder: URL) throws -> CommandRun {
    try CommandRun(["library"] + arguments + ["--library", "library"], in: folder)
  }

  private func page(_ arguments: [String], in folder: URL) throws -> Page {
    let run = try library(["list", "--json"] + arguments, in: folder)
    #expect(run.status == 0, "\(run.errors)")
    return try JSONDecoder().decode(Page.self, from: Data(run.output.utf8))
  }

  @Test func listsByPageFilterAndOrder() throws {
    try withLibrary { folder, names in
      let all = try page([], in: folder)
      #expect(all.total == 4 && all.pieces.map(\.id) == [14, 13, 12, 11])
      #expect(all.pieces.map(\.folder) == names.reversed())
      #expect(
        try page(["--order", "oldest", "--offset", "1", "--limit", "2"], in: folder).pieces.map(\.id) == [12, 13])
      #expect(try page(["--kept"], in: folder).pieces.map(\.id) == [12])
      #expect(try page(["--rating", "1"], in: folder).pieces.map(\.id) == [13])
      #expect(try page(["--rating", "-1"], in: folder).pieces.map(\.id) == [14])
      #expect(
        try library(["list", "--offset", "-1"], in: folder).errors.contains("--offset: found -1; allowed: 0 or more"))
      #expect(try page(["--session", "2"], in: folder).pieces.map(\.id) == [14, 13])
      let scores = try page(["--order", "score"], in: folder).pieces.map(\.score)
      #expect(scores == scores.sorted(by: >))
      let lines = try library(["list"], in: folder)
      #expect(lines.output.split(separator: "\n").count == 4 && lines.errors.contains("4 of 4 pieces"))
      #expect(lines.output.contains("\tk\t") || lines.output.contains("\t k\t"))
      for bad in [
        ["--limit", "0"], ["--limit", "1001"], ["--offset", "-1"], ["--rating", "-2"], ["--order", "up"],
      ] {
        #expect(try library(["list"] + bad, in: folder).status == 64, "\(bad)")
      }
    }
  }

  @Test func showsAPiece() throws {
    try withLibrary { folder, names in
      let shown = try library(["show", "13"], in: folder)
      #expect(shown.status == 0)
      #expect(shown.output.contains("noncyclicity\t") && shown.output.contains("library/pieces/\(names[2])"))
      #expect(shown.output.contains("seed 3, population 2"))
      let json = try library(["show", "13", "--json"], in: folder)
      let row = try JSONDecoder().decode(Row.self, from: Data(json.output.utf8))
      #expect(row.rating == 1 && row.session == 2 && row.scores.count == 8)
      let last = try library(["show", "last"], in: folder)
      #expect(last.status == 0 && last.output.contains("library/pieces/\(names[3])"), "\(last.errors)")
      #expect(try library(["show", "x"], in: folder).status == 64)
      // Options may stand before the subcommand too.
      let before = try CommandRun(["library", "--library", "library", "show", "13"], in: folder)
      #expect(before.output == shown.output, "\(before.errors)")
      let missing = try library(["show", "99"], in: folder)
      #expect(missing.status == 66 && missing.errors.split(separator: "\n").count == 1)
    }
  }

  @Test func exportsWholeFolders() throws {
    try withLibrary { folder, names in
      // Without numbers: what was kept.
      let kept = try library(["export", "-o", "kept"], in: folder)
      #expect(kept.output == "kept/\(names[1])\n", "\(kept.errors)")
      let files = FileManager.default
      for name in try files.contentsOfDirectory(atPath: folder.appending(path: "library/pieces/\(names[1])").path()) {
        #expect(
          files.contentsEqual(
            atPath: folder.appending(path: "kept/\(names[1])/\(name)").path(),
            andPath: folder.appending(path: "library/pieces/\(names[1])/\(name)").path()))
      }
      let some = try library(["export", "11", "14", "-o", "some", "--json"], in: folder)
      #expect(try JSONDecoder().decode([String].self, from: Data(some.output.utf8)).count == 2)
      #expect(try library(["export", "11", "99", "-o", "none"], in: folder).status == 66)
      #expect(!files.fileExists(atPath: folder.appending(path: "none").path()))
      #expect(try library(["export", "11", "-o", "c.yml/x"], in: folder).status == 73)
    }
  }

  /// What the configuration asks for is made, also of a piece that was kept without it.
  @Test func anExportHasTheFilesOfTheConfiguration() throws {
    let configuration = "piece: {bars: 8}\naudio: {sample_rate: 8000, keep: true}\n"
    let files = "files: {stems: true, strict_midi: true}\n"
    try CommandRun.withFolder(["c.yml": configuration, "all.yml": configuration + files]) { folder in
      let composed = try CommandRun(
        ["--style", "song", "-c", "c.yml", "-p", "0", "-e", "1", "--seed", "4", "--no-play", "-o", "library/pieces"],
        in: folder)
      #expect(composed.status == 0, "\(composed.errors)")
      #expect(try library(["rebuild"], in: folder).output == "1 pieces\n")
      for (name, isAll) in [("c.yml", false), ("all.yml", true)] {
        let run = try library(["export", "last", "-c", name, "-o", "of-\(name)"], in: folder)
        let path = try #require(run.output.split(separator: "\n").first.map(String.init), "\(run.errors)")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.appending(path: path).path)
        #expect(names.contains("music_strict.mid") == isAll, "\(names)")
        #expect((names.filter { $0.hasSuffix(".wav") }.count > 1) == isAll, "\(names)")
      }
    }
  }

  /// On a full disk (here: no file may be longer than 64 kB) there is no folder, and nothing hidden.
  @Test func anExportThatFailsLeavesNothing() throws {
    try withLibrary { folder, _ in
      let process = Process()
      process.executableURL = URL(filePath: "/bin/bash")
      process.currentDirectoryURL = folder
      process.arguments = [
        "-c", "trap '' XFSZ; ulimit -f 64; exec \"$0\" library export 11 --library library -o out 2>errors",
        CommandRun.program.path,
      ]
      try process.run()
      process.waitUntilExit()
      let errors = try String(contentsOf: folder.appending(path: "errors"), encoding: .utf8)
      #expect(process.terminationStatus == 73 && errors.split(separator: "\n").count == 1, "\(errors)")
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.appending(path: "out").path) == [])
    }
  }

  @Test func verifyFindsWhatDiffers() throws {
    try withLibrary { folder, names in
      let pieces = folder.appending(path: "library/pieces")
      #expect(try library(["verify"], in: folder).status == 0)
      try FileManager.default.removeItem(at: pieces.appending(path: names[0]))
      try Data("1\t0\n".utf8).write(to: pieces.appending(path: "\(names[1])/piano_roll.tsv"))
      try FileManager.default.copyItem(
        at: pieces.appending(path: names[3]), to: pieces.appending(path: "result_from-elsewhere"))
      let found = try library(["verify"], in: folder)
      #expect(found.status == 65)
      #expect(found.output.contains("\(names[0])\tpiece 11 has no folder"))
      #expect(found.output.contains("\(names[1])\t"))
      #expect(found.output.contains("result_from-elsewhere\tis not in the database"))
      #expect(found.output.split(separator: "\n").count == 3)
      // The database follows the folders; what is no piece any more is not one.
      let rebuilt = try library(["rebuild"], in: folder)
      #expect(rebuilt.status == 0 && rebuilt.output == "3 pieces\n", "\(rebuilt.errors)")
      #expect(rebuilt.errors.contains("\(names[1]) holds no piece"))
      let rows = try page(["--order", "oldest"], in: folder).pieces
      #expect(Set(rows.map(\.folder)) == [names[2], names[3], "result_from-elsewhere"])
      #expect(Set(rows.map(\.id)).count == 3)
      let aside = try FileManager.default.contentsOfDirectory(atPath: folder.appending(path: "library").path())
      #expect(aside.contains { $0.hasPrefix("library.sqlite.before-") })
    }
  }

  @Test func noLibraryIsOneLine() throws {
    try CommandRun.withFolder([:]) { folder in
      for command in [["list"], ["show", "1"], ["verify"], ["export", "-o", "x"]] {
        let run = try library(command, in: folder)
        #expect(run.status == 66 && run.errors.split(separator: "\n").count == 1, "\(command): \(run.errors)")
      }
    }
  }
}
