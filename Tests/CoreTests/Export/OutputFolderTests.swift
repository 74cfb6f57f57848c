import Foundation
import Testing

@testable import Core

@Suite struct OutputFolderTests {
  private struct Failure: Error {}

  @Test func appearsWholeWithItsParents() throws {
    let folder = try TemporaryFolder()
    let parent = folder.path + "/a/b"
    let path = try OutputFolder.create(named: ["result"], in: parent + "//") { partial in
      // Until it is whole, nobody sees it.
      #expect(OutputFolder.entries(parent).allSatisfy { $0.hasPrefix(".") })
      try OutputFolder.write([1, 2, 3], to: partial + "/data")
    }
    #expect(path == parent + "/result")
    #expect(OutputFolder.entries(parent) == ["result"])
    #expect(FileManager.default.contents(atPath: path + "/data") == Data([1, 2, 3]))
  }

  @Test func theParentMayBeALink() throws {
    let folder = try TemporaryFolder()
    let link = folder.path + "/link"
    try FileManager.default.createDirectory(atPath: folder.path + "/real", withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "real")
    try OutputFile.replace(link + "/file", with: [1])
    let path = try OutputFolder.create(named: ["result"], in: link) { try OutputFolder.write([2], to: $0 + "/data") }
    #expect(path == link + "/result")
    #expect(OutputFolder.entries(folder.path + "/real").sorted() == ["file", "result"])
  }

  @Test func aFailureLeavesNothing() throws {
    let folder = try TemporaryFolder()
    #expect(throws: Failure.self) {
      try OutputFolder.create(named: ["result"], in: folder.path) { partial in
        try OutputFolder.write([1], to: partial + "/data")
        throw Failure()
      }
    }
    #expect(folder.names.isEmpty)
  }

  @Test func neverReplacesWhatIsThere() throws {
    let folder = try TemporaryFolder()
    _ = folder.file("a", "a file")
    let names = ["a", "b", "c"]
    for expected in ["b", "c"] {
      let path = try OutputFolder.create(named: names, in: folder.path) {
        try OutputFolder.write(expected.utf8, to: $0 + "/data")
      }
      #expect(path == folder.path + "/" + expected)
    }
    let error = #expect(throws: FileError.self) {
      try OutputFolder.create(named: names, in: folder.path) { try OutputFolder.write([], to: $0 + "/data") }
    }
    #expect(error?.description == "\(folder.path): every name for the new folder is taken")
    #expect(folder.names == ["a", "b", "c"])
    #expect(FileManager.default.contents(atPath: folder.path + "/b/data") == Data("b".utf8))
  }

  @Test func manyWritersAtOnceLoseNothing() async throws {
    let folder = try TemporaryFolder()
    let names = (0..<100).map { "result_\($0)" }
    try await withThrowingTaskGroup(of: Void.self) { group in
      for writer in 0..<40 {
        group.addTask {
          _ = try OutputFolder.create(named: names, in: folder.path) {
            try OutputFolder.write("\(writer)".utf8, to: $0 + "/data")
          }
        }
      }
      try await group.waitForAll()
    }
    let contents = folder.names.compactMap { FileManager.default.contents(atPath: "\(folder.path)/\($0)/data") }
    #expect(Set(contents) == Set((0..<40).map { Data("\($0)".utf8) }))
    #expect(folder.names.count == 40)
  }

  @Test func leftoversOfTheDeadGoAndThoseOfTheLivingStay() throws {
    let folder = try TemporaryFolder()
    let stale = "\(folder.path)/\(OutputFolder.partialPrefix)1-1"
    let notOurs = "\(folder.path)/.rlmusician-other"
    let deep = "\(folder.path)/\(OutputFolder.partialPrefix)1-2"
    for path in [stale, notOurs, deep, deep + "/sub"] { #expect(mkdir(path, 0o700) == 0) }
    try OutputFolder.write([1], to: stale + "/data")
    _ = try OutputFolder.create(named: ["outer"], in: folder.path) { outer in
      try OutputFolder.write([1], to: outer + "/data")
      _ = try OutputFolder.create(named: ["inner"], in: folder.path) {
        try OutputFolder.write([1], to: $0 + "/data")
      }
      #expect(OutputFolder.isFolder(outer))
    }
    #expect(
      folder.names == [".rlmusician-other", "\(OutputFolder.partialPrefix)1-2", "inner", "outer"])
  }

  /// A library of a year's pieces takes long to look through: not for every piece.
  @Test func leftoversAreNotSoughtAtEveryWrite() throws {
    let folder = try TemporaryFolder()
    func write(_ name: String) throws {
      _ = try OutputFolder.create(named: [name], in: folder.path) { try OutputFolder.write([1], to: $0 + "/data") }
    }
    try write("first")
    let stale = "\(OutputFolder.partialPrefix)1-1"
    #expect(mkdir(folder.path + "/" + stale, 0o700) == 0)
    try write("second")
    #expect(folder.names == [stale, "first", "second"])
    OutputFolder.removeStale(in: folder.path)
    #expect(folder.names == ["first", "second"])
  }

  @Test func aLeftoverThatIsALinkIsNotFollowed() throws {
    let folder = try TemporaryFolder()
    let target = folder.path + "/target"
    #expect(mkdir(target, 0o700) == 0)
    try OutputFolder.write([1], to: target + "/data")
    #expect(symlink(target, "\(folder.path)/\(OutputFolder.partialPrefix)1-1") == 0)
    OutputFolder.removeStale(in: folder.path)
    #expect(FileManager.default.fileExists(atPath: target + "/data"))
  }

  @Test func impossibleOutputsAreNamed() throws {
    let folder = try TemporaryFolder()
    let file = folder.file("file", "")
    let long = folder.path + "/" + String(repeating: "x", count: 300)
    let deep = folder.path + "/new/" + String(repeating: "x", count: 300)
    for (output, message) in [
      (file, "\(file): Not a directory"),
      (file + "/below", "\(file): Not a directory"),
      (long, "\(long): File name too long"),
      (deep, "\(deep): File name too long"),
      ("/proc/rlmusician", "/proc/rlmusician: No such file or directory"),
      ("", "'': an empty path"),
      ("a\0b", "a\\u{0}b: a path holds no NUL"),
    ] {
      let error = #expect(throws: FileError.self) {
        try OutputFolder.create(named: ["result"], in: output) { _ in }
      }
      #expect(error?.kind == .cannotCreate)
      #expect(error?.description == message)
    }
    #expect(folder.names == ["file"])
  }

  @Test func aWriteThatFailsNamesTheFile() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("data", "")
    #expect(throws: FileError(.cannotCreate, path: "OUTPUT/data", reason: "File exists")) {
      try OutputFolder.write([1], to: path, name: "OUTPUT/data")
    }
  }
}
