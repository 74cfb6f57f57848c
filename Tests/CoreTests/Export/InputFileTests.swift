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
    let limit = PianoRollTSV.maximumByteCount
    #expect(throws: DataError(file: "/dev/zero", reason: "more than \(limit) bytes; a piano roll is smaller")) {
      try PianoRollTSV.read("/dev/zero")
    }
    #expect(throws: DataError(file: "/dev/zero", reason: "no regular file; a piano roll is a regular file")) {
      try PianoRollTSV.read("/dev/zero", .file)
    }
  }

  @Test func aSparseGiantIsRefused() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("giant.tsv", "")
    #expect(truncate(path, 1 << 40) == 0)
    #expect(throws: DataError.self) { try PianoRollTSV.read(path) }
  }

  /// What a person names may be a pipe: it is read to its end, or to the limit.
  @Test(.timeLimit(.minutes(1))) func pipesAreRead() throws {
    let folder = try TemporaryFolder()
    let fifo = folder.path + "/fifo"
    #expect(mkfifo(fifo, 0o600) == 0)
    for (text, isWhole) in [("0\t1\n", true), (String(repeating: "0\t", count: 3_000_000), false)] {
      let writer = Thread {
        signal(SIGPIPE, SIG_IGN)
        let descriptor = open(fifo, O_WRONLY)
        Array(text.utf8).withUnsafeBytes { bytes in
          var written = 0
          while written < bytes.count {
            let count = write(descriptor, bytes.baseAddress! + written, bytes.count - written)
            if count <= 0 { break }
            written += count
          }
        }
        close(descriptor)
      }
      writer.start()
      if isWhole {
        #expect(try PianoRollTSV.read(fifo).stepCount == 2)
      } else {
        let error = #expect(throws: DataError.self) { try PianoRollTSV.read(fifo) }
        #expect(error?.reason.hasPrefix("more than") == true)
      }
    }
  }

  @Test func aFolderAndAFIFOAreRefusedWithoutWaiting() throws {
    let folder = try TemporaryFolder()
    #expect(throws: DataError(file: folder.path, reason: "a folder; a piano roll is a regular file")) {
      try PianoRollTSV.read(folder.path)
    }
    let fifo = folder.path + "/fifo"
    #expect(mkfifo(fifo, 0o600) == 0)
    #expect(throws: DataError(file: fifo, reason: "no regular file; a piano roll is a regular file")) {
      try PianoRollTSV.read(fifo, .file)
    }
  }

  @Test(arguments: ["/nonexistent/roll.tsv", "", "a\0b"])
  func aMissingFileIsNoInput(path: String) throws {
    let error = try #require(throws: FileError.self) { try PianoRollTSV.read(path) }
    #expect(error.kind == .noInput)
    #expect(!error.description.contains("\0"))
  }
}
