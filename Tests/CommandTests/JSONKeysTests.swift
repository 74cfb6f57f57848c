import Foundation
import Testing

/// Everything that the program writes as JSON: keys in `snake_case`, and no integer that other readers would round.
@Suite(.timeLimit(.minutes(2))) struct JSONKeysTests {
  private static let configuration = """
    environment: {n_semitones: 13, n_roll_steps: 6, rendering_params: {step_in_seconds: 0.05}}
    agent: {population_size: 8, n_episodes_per_candidate: 2, n_processes: 1}
    """

  /// What is wrong with a value, by key path.
  static func problems(_ value: Any, at path: String = "") -> [String] {
    switch value {
    case let object as [String: Any]:
      object.flatMap { key, value in
        (key.wholeMatch(of: /[a-z0-9_]+/) == nil ? ["\(path).\(key): no snake case"] : [])
          + problems(value, at: "\(path).\(key)")
      }
    case let list as [Any]: list.flatMap { problems($0, at: path + "[]") }
    case let number as NSNumber:
      abs(number.doubleValue) > 0x1p53 && !path.hasSuffix("[]") ? ["\(path): \(number) is beyond 2^53"] : []
    default: []
    }
  }

  private func check(_ text: some StringProtocol, _ name: String) throws {
    let value = try JSONSerialization.jsonObject(with: Data(text.utf8), options: .fragmentsAllowed)
    #expect(Self.problems(value) == [], "\(name)")
  }

  @Test func theCheckSees() {
    #expect(Self.problems(["isKept": 1]).count == 1)
    #expect(Self.problems(["seeds": [["seed": UInt64.max]]]).count == 1)
    #expect(Self.problems(["is_kept": [["seed": 1 << 53]]]) == [])
  }

  @Test func standardOutput() throws {
    try CommandRun.withFolder(["c.yml": Self.configuration]) { folder in
      let commands = [
        [
          "train", "-c", "c.yml", "-p", "2", "-e", "1", "--seed", "\(UInt64.max)", "--no-play", "-o", "l/pieces",
          "--json",
        ],
        ["train", "-c", "c.yml", "-p", "1", "-e", "0", "--no-play", "-o", "drawn", "--json"],
        ["library", "rebuild", "--library", "l", "--json"], ["library", "list", "--library", "l", "--json"],
        ["library", "verify", "--library", "l", "--json"],
        ["library", "export", "--library", "l", "-o", "x", "--json"],
        ["score", "r.tsv", "-c", "c.yml", "--json"], ["tunings", "--json"], ["tunings", "31edo", "--json"],
        ["devices", "--json"],
      ]
      try Data("0\t1\n1\t0\n".utf8).write(to: folder.appending(path: "r.tsv"))
      for command in commands {
        let run = try CommandRun(command, in: folder)
        #expect(run.status == 0 && !run.output.isEmpty, "\(command): \(run.errors)")
        for line in run.output.split(separator: "\n") where command.first == "train" { try check(line, "\(command)") }
        if command.first != "train" { try check(run.output, "\(command)") }
      }
      let conversation = try CommandRun(
        ["environment", "-c", "c.yml"], input: Array("{\"spec\": {}}\n{\"reset\": {}}\n?\n".utf8), in: folder)
      for line in conversation.output.split(separator: "\n") { try check(line, "environment") }
      // The seed is given back as it was, and the same everywhere.
      let listed = try CommandRun(["library", "list", "--library", "l", "--json"], in: folder)
      #expect(listed.output.contains(#""seed":"18446744073709551615""#), "\(listed.output)")
      try checkFiles(folder.appending(path: "l"))
    }
  }

  /// `piece.json`, `library.json`, and the headers of safetensors files.
  private func checkFiles(_ folder: URL) throws {
    var names: Set<String> = []
    for case let file as URL in try #require(FileManager.default.enumerator(at: folder, includingPropertiesForKeys: []))
    {
      let data = file.hasDirectoryPath ? Data() : try Data(contentsOf: file)
      switch file.pathExtension {
      case "json":
        try check(String(decoding: data, as: UTF8.self), file.path)
        names.insert(file.lastPathComponent)
      case "safetensors":
        let length = data.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
        let header = String(decoding: data.dropFirst(8).prefix(length), as: UTF8.self)
        try check(header.replacing(#""W""#, with: #""w""#), file.path)
        names.insert(file.pathExtension)
      default: break
      }
    }
    #expect(names == ["piece.json", "library.json", "safetensors"])
  }
}
