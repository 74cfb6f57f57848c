import Foundation
import Testing

@testable import Core

@Suite struct InputFileTests {
  @Test func readsUpToTheLimitAndNotBeyond() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("roll.tsv", "0\t1\n")
    #expect(try InputFile.read(path, limit: 4, as: "a piano roll") == Array("0\t1\n".utf8))
    #expect(throws: DataError(file: path, reason: "more than 3 bytes; a piano roll is smaller")) {
      try InputFile.read(path, limit: 3, as: "a piano roll")
    }
  }

  @Test func anEndlessFileIsRefused() {
    #expect(throws: DataError(file: "/dev/zero", reason: "no regular file; a piano roll is a regular file")) {
      try PianoRollTSV.read("/dev/zero")
    }
  }

  @Test func aSparseGiantIsRefused() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("giant.tsv", "")
    #expect(truncate(path, 1 << 40) == 0)
    #expect(throws: DataError.self) { try PianoRollTSV.read(path) }
  }

  @Test func aFolderAndAFIFOAreRefusedWithoutWaiting() throws {
    let folder = try TemporaryFolder()
    #expect(throws: DataError(file: folder.path, reason: "a folder; a piano roll is a regular file")) {
      try PianoRollTSV.read(folder.path)
    }
    let fifo = folder.path + "/fifo"
    #expect(mkfifo(fifo, 0o600) == 0)
    #expect(throws: DataError(file: fifo, reason: "no regular file; a piano roll is a regular file")) {
      try PianoRollTSV.read(fifo)
    }
  }

  @Test(arguments: ["/nonexistent/roll.tsv", "", "a\0b"])
  func aMissingFileIsNoInput(path: String) throws {
    let error = try #require(throws: FileError.self) { try PianoRollTSV.read(path) }
    #expect(error.kind == .noInput)
    #expect(!error.description.contains("\0"))
  }
}
