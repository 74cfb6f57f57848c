import Foundation
import Logging
import Synchronization
import Testing

@testable import Daemon

@Suite struct JournalLogHandlerTests {
  private final class Lines: Sendable {
    let all = Mutex<[String]>([])
  }

  private func logger(isJournal: Bool, _ lines: Lines, level: Logger.Level = .info) -> Logger {
    Logger(label: "daemon") { label in
      JournalLogHandler(label: label, level: level, isJournal: isJournal) { line in
        lines.all.withLock { $0.append(line) }
      }
    }
  }

  @Test("the journal gets priorities")
  func priorities() {
    let lines = Lines()
    let logger = logger(isJournal: true, lines)
    for level in Logger.Level.allCases { logger.log(level: level, "a line") }
    let expected = [6, 5, 4, 3, 2].map { "<\($0)>daemon: a line\n" }
    #expect(lines.all.withLock { $0 } == expected)
  }

  @Test("a line stays one line, and a message cannot fake a priority")
  func oneLine() {
    let lines = Lines()
    logger(isJournal: true, lines).error("first\n<0>second", metadata: ["b": "2", "a": "1"])
    let line = lines.all.withLock { $0.first } ?? ""
    #expect(line.hasPrefix("<3>daemon: first"))
    #expect(line.filter(\.isNewline).count == 1)
    #expect(line.hasSuffix(" a=1 b=2\n"))
  }

  @Test("elsewhere a line has time and level")
  func plain() throws {
    let lines = Lines()
    logger(isJournal: false, lines).warning("no sound")
    let line = lines.all.withLock { $0.first } ?? ""
    #expect(try Regex(#"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d warning: daemon: no sound\n"#).wholeMatch(in: line) != nil)
  }

  @Test("the journal is known by device and inode")
  func detection() throws {
    let folder = try TestFolder()
    let descriptor = open(folder.path + "/log", O_CREAT | O_WRONLY, 0o600)
    defer { close(descriptor) }
    var file = stat()
    #expect(fstat(descriptor, &file) == 0)
    #expect(JournalLogHandler.isJournal(descriptor: descriptor, "\(file.st_dev):\(file.st_ino)"))
    #expect(!JournalLogHandler.isJournal(descriptor: descriptor, "\(file.st_dev):\(file.st_ino + 1)"))
    #expect(!JournalLogHandler.isJournal(descriptor: descriptor, nil))
    #expect(!JournalLogHandler.isJournal(descriptor: descriptor, "nonsense"))
    #expect(!JournalLogHandler.isJournal(descriptor: -1, "\(file.st_dev):\(file.st_ino)"))
  }
}
