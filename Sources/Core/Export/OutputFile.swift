import Foundation

/// A file that is replaced whole: whoever reads it sees the old contents or the new ones, also after a kill or a power
/// cut.
public enum OutputFile {
  /// Writes beside the file, syncs, and renames over it. Creates the folder if it is missing.
  ///
  /// - Throws: `FileError` (cannot create output) that names the path; the old file is untouched then.
  public static func replace(_ path: String, with contents: [UInt8]) throws {
    let (folder, name) = split(path)
    try OutputFolder.createParents(folder)
    removeStale(name, in: folder)
    let partial = "\(folder)/.\(name).partial-\(getpid())"
    unlink(partial)
    do {
      try OutputFolder.write(contents, to: partial, name: path)
      guard rename(partial, path) == 0 else { throw FileError(.cannotCreate, path: path, errno: errno) }
    } catch {
      unlink(partial)
      throw error
    }
    try OutputFolder.synchronize(folder)
  }

  private static func split(_ path: String) -> (folder: String, name: String) {
    guard let slash = path.lastIndex(of: "/") else { return (".", path) }
    let folder = path[..<slash]
    return (folder.isEmpty ? "/" : String(folder), String(path[path.index(after: slash)...]))
  }

  /// What a killed process left; those of living processes stay.
  private static func removeStale(_ name: String, in folder: String) {
    let prefix = ".\(name).partial-"
    for entry in OutputFolder.entries(folder) where entry.hasPrefix(prefix) {
      guard let process = pid_t(entry.dropFirst(prefix.count)), kill(process, 0) != 0, errno == ESRCH else { continue }
      unlink("\(folder)/\(entry)")
    }
  }
}
