#if Playback
  import Core
  import Foundation
  import Testing

  @testable import Playback

  @Suite struct OwnSoundfontTests {
    @Test func itIsSmallAndTheSameEveryTime() {
      let bytes = OwnSoundfont.bytes
      #expect(bytes.count < 500_000)
      #expect(bytes == OwnSoundfont.bytes)
    }

    /// What is installed for other programs is what sounds here. After a change: `make soundfont`.
    @Test func theFileInTheRepositoryIsTheSame() throws {
      let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../..")
      let file = try Data(contentsOf: root.appending(path: "soundfonts/rl-musician.sf2"))
      #expect(file == Data(OwnSoundfont.bytes))
    }

    @Test func itIsWrittenWholeOrNotAtAll() throws {
      let folder = FileManager.default.temporaryDirectory.appending(path: "font-\(UUID().uuidString)")
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      defer { try? FileManager.default.removeItem(at: folder) }
      let path = folder.appending(path: "own.sf2").path
      try OwnSoundfont.write(to: path)
      #expect(try Data(contentsOf: URL(filePath: path)) == Data(OwnSoundfont.bytes))
      #expect(throws: FileError.self) { try OwnSoundfont.write(to: folder.path) }
    }

    /// Installed, it is the last resort all the same.
    @Test func theInstalledFileComesBehindEveryOther() throws {
      let folder = FileManager.default.temporaryDirectory.appending(path: "font-\(UUID().uuidString)")
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      defer { try? FileManager.default.removeItem(at: folder) }
      for name in [OwnSoundfont.fileName, "zither.sf2"] {
        try OwnSoundfont.write(to: folder.appending(path: name).path)
      }
      let search = SoundfontSearch(environment: ["XDG_DATA_HOME": "/nowhere"], systemFolders: [folder.path])
      #expect(search.candidates() == [folder.appending(path: "zither.sf2").path])
    }
  }
#endif
