internal import Core
internal import Foundation

/// A soundfont file: where it is, and whether it looks like one.
struct Soundfont: Sendable, Hashable {
  /// For FluidSynth.
  let path: String
  /// For people.
  let name: String
  /// Its size.
  let byteCount: Int

  /// Looks at a file's first bytes, so that what is no soundfont is refused in plain words and without FluidSynth.
  ///
  /// - Throws: `FileError` if there is no such file, `DataError` if it is no whole soundfont.
  init(path: String) throws {
    self.path = path
    name = path
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw FileError(.noInput, path: path, errno: ENOENT)
    }
    if isFolder.boolValue { throw FileError(.noInput, path: path, errno: EISDIR) }
    guard let file = FileHandle(forReadingAtPath: path) else { throw FileError(.noInput, path: path, errno: EACCES) }
    defer { try? file.close() }
    let head = [UInt8]((try? file.read(upToCount: 12)) ?? Data())
    byteCount = Int(clamping: (try? file.seekToEnd()) ?? 0)
    func tag(_ text: String, at offset: Int) -> Bool { head.dropFirst(offset).prefix(4).elementsEqual(text.utf8) }
    guard head.count == 12, tag("RIFF", at: 0), tag("sfbk", at: 8) else {
      throw DataError(file: path, reason: "not a soundfont; allowed: an .sf2 or .sf3 file (RIFF with sfbk)")
    }
    let stated = (0..<4).reduce(8) { $0 + Int(head[4 + $1]) << (8 * $1) }
    guard stated <= byteCount else {
      throw DataError(file: path, reason: "truncated soundfont: \(byteCount) of \(stated) bytes are there")
    }
  }

  /// A font under another name than its path's.
  init(path: String, name: String, byteCount: Int) {
    self.path = path
    self.name = name
    self.byteCount = byteCount
  }
}
