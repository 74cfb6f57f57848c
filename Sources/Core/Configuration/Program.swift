import Glibc

/// What the program is called and which one it is.
public enum Program {
  /// The version, said nowhere else: in `--version`, in every `piece.json`, of the package, of the gymnasium.
  public static let version = "0.2.0"

  /// The working folder's absolute path; `.` if it cannot be had.
  static var workingFolder: String {
    guard let path = getcwd(nil, 0) else { return "." }
    defer { free(path) }
    return String(cString: path)
  }
}
