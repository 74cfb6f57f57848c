import Foundation

/// Folders that appear whole or not at all.
///
/// A folder is filled under a hidden name beside its place, every file and the folder itself are synced, and then it is
/// renamed. Whoever lists the output folder sees whole folders only, also after a crash or a power cut. What a killed
/// process leaves is hidden and goes at another one's first write (`OutputFolder+Stale.swift`).
public enum OutputFolder {
  /// Beginning of the hidden names; our process number and a random number follow.
  static let partialPrefix = ".rlmusician-partial-"

  /// Creates a folder in `parent` (itself created if missing) and fills it.
  ///
  /// - Parameters:
  ///   - names: Names for the folder; the first that is free is taken, never one that exists.
  ///   - parent: Where it goes.
  ///   - fill: Writes the files into the folder whose path it is given: a flat folder of regular files.
  /// - Returns: The path of the folder.
  /// - Throws: `FileError` (cannot create output), naming the path, or what `fill` throws. Nothing is left behind then.
  public static func create(
    named names: some Sequence<String>, in parent: String, fill: (String) throws -> Void
  ) throws -> String {
    let parent = try normalized(parent)
    try createParents(parent)
    removeStaleAtTimes(in: parent)
    let (partial, descriptor) = try makePartial(in: parent)
    // Closing gives up the lock, so it comes last.
    defer { close(descriptor) }
    do {
      try fill(partial)
      try synchronizeFiles(of: partial)
      guard fsync(descriptor) == 0 || errno == EINVAL else {
        throw FileError(.cannotCreate, path: parent, errno: errno)
      }
      let path = try rename(partial, toOneOf: names, in: parent)
      try synchronize(parent)
      return path
    } catch {
      removeFlat(partial)
      throw error
    }
  }

  /// Writes a file and waits until it is on the disk.
  ///
  /// - Throws: `FileError` (cannot create output) with `name` for the path, if given.
  static func write(_ bytes: some Sequence<UInt8>, to path: String, name: String? = nil) throws {
    func failure() -> FileError { FileError(.cannotCreate, path: name ?? path, errno: errno) }
    let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw failure() }
    defer { close(descriptor) }
    var rest = Array(bytes)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
      if count >= 0 {
        rest = rest.dropFirst(count)
      } else if errno != EINTR {
        throw failure()
      }
    }
    guard fsync(descriptor) == 0 || errno == EINVAL else { throw failure() }
  }

  /// The path without slashes at its end.
  private static func normalized(_ path: String) throws -> String {
    guard !path.isEmpty else { throw FileError(.cannotCreate, path: "''", reason: "an empty path") }
    var path = path
    while path.count > 1, path.hasSuffix("/") { path.removeLast() }
    return path
  }

  /// Creates a folder if it is missing and checks that files can be created in it: better said before an hour of work
  /// than after it.
  public static func requireWritable(_ path: String) throws {
    let path = try normalized(path)
    try createParents(path)
    guard access(path, W_OK | X_OK) == 0 else { throw FileError(.cannotCreate, path: path, errno: errno) }
  }

  /// Creates a folder and the folders above it; all of them or none.
  static func createParents(_ path: String) throws {
    guard !path.utf8.contains(0) else { throw FileError(.cannotCreate, path: path, reason: "a path holds no NUL") }
    var prefix = path.hasPrefix("/") ? "/" : ""
    var created: [String] = []
    for part in path.split(separator: "/") {
      prefix += prefix.isEmpty || prefix == "/" ? part : "/" + part
      if mkdir(prefix, 0o777) == 0 {
        created.append(prefix)
      } else if !isFolder(prefix) {
        let code = errno == EEXIST ? ENOTDIR : errno
        for folder in created.reversed() { rmdir(folder) }
        throw FileError(.cannotCreate, path: prefix, errno: code)
      }
    }
  }

  static func isFolder(_ path: String) -> Bool {
    let code = errno
    defer { errno = code }
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// A locked hidden folder. The lock says that its owner lives; the system takes it back when the owner dies.
  private static func makePartial(in parent: String) throws -> (path: String, descriptor: Int32) {
    while true {
      let path = "\(parent)/\(partialPrefix)\(getpid())-\(UInt64.random(in: 0 ... .max))"
      guard mkdir(path, 0o777) == 0 else { throw FileError(.cannotCreate, path: parent, errno: errno) }
      let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
      if descriptor >= 0 {
        // Where there are no locks (some network file systems), nobody can get this lock and so nobody cleans up.
        while flock(descriptor, LOCK_EX) != 0, errno == EINTR {}
        if isSame(path, descriptor) { return (path, descriptor) }
        close(descriptor)
      } else if errno != ENOENT {
        let code = errno
        rmdir(path)
        throw FileError(.cannotCreate, path: parent, errno: code)
      }
      // Another process took the folder for stale in the moment before it was locked: once more.
    }
  }

  private static func synchronizeFiles(of folder: String) throws {
    for name in entries(folder) {
      try synchronize(folder + "/" + name)
    }
  }

  static func synchronize(_ path: String) throws {
    // A parent may be a symbolic link: /var/lib/NAME is one for a systemd service with DynamicUser.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileError(.cannotCreate, path: path, errno: errno) }
    defer { close(descriptor) }
    // Some file systems cannot sync a folder.
    guard fsync(descriptor) == 0 || errno == EINVAL else { throw FileError(.cannotCreate, path: path, errno: errno) }
  }

  /// `rename` replaces nothing but an empty folder: ours never are, so two processes cannot take one name.
  private static func rename(_ partial: String, toOneOf names: some Sequence<String>, in parent: String) throws
    -> String
  {
    for name in names {
      let path = parent + "/" + name
      if Foundation.rename(partial, path) == 0 { return path }
      guard [EEXIST, ENOTEMPTY, ENOTDIR].contains(errno) else {
        throw FileError(.cannotCreate, path: path, errno: errno)
      }
    }
    throw FileError(.cannotCreate, path: parent, reason: "every name for the new folder is taken")
  }
}
