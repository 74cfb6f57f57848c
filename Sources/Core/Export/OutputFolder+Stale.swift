import Foundation
import Synchronization

/// What killed processes leave behind, and how it goes.
extension OutputFolder {
  /// When folders were last looked through, by path.
  private static let searched = Mutex<[String: ContinuousClock.Instant]>([:])

  /// Removes what is stale at the first write of this process and then once an hour: a library of a year's pieces takes
  /// long to look through, and what is hidden harms nobody.
  static func removeStaleAtTimes(in parent: String) {
    let now = ContinuousClock.now
    let isDue = searched.withLock { searched in
      if let last = searched[parent], now - last < .seconds(3600) { return false }
      searched[parent] = now
      return true
    }
    if isDue { removeStale(in: parent) }
  }

  /// Removes hidden folders in `parent` that no living process fills.
  ///
  /// Only folders with our names, of our user, that can be locked (their owner is gone), and that hold nothing but
  /// regular files. Whatever cannot be removed stays: it is no reason to fail.
  static func removeStale(in parent: String) {
    for name in entries(parent, prefix: partialPrefix) {
      let path = parent + "/" + name
      let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
      guard descriptor >= 0 else { continue }
      defer { close(descriptor) }
      var status = stat()
      guard flock(descriptor, LOCK_EX | LOCK_NB) == 0, fstat(descriptor, &status) == 0, status.st_uid == geteuid(),
        isSame(path, descriptor)
      else { continue }
      removeFlat(path)
    }
  }

  /// Removes a folder of regular files; one with anything else in it keeps that and stays.
  static func removeFlat(_ path: String) {
    for name in entries(path) { unlink(path + "/" + name) }
    rmdir(path)
  }

  /// Whether the path still leads to what was opened there.
  static func isSame(_ path: String, _ descriptor: Int32) -> Bool {
    var there = stat()
    var opened = stat()
    return lstat(path, &there) == 0 && fstat(descriptor, &opened) == 0
      && (there.st_dev, there.st_ino) == (opened.st_dev, opened.st_ino)
  }

  /// The names in a folder, sorted; none if it cannot be read.
  static func entries(_ path: String, prefix: String = "") -> [String] {
    guard let folder = opendir(path) else { return [] }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != ".", name != "..", name.hasPrefix(prefix) { names.append(name) }
    }
    return names.sorted()
  }
}
