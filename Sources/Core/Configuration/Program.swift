import Glibc

/// What the program is called and which one it is.
public enum Program {
  /// The version: in `--version`, in every `piece.json`.
  public static let version = "0.1.0"

  /// The working folder's absolute path; `.` if it cannot be had.
  static var workingFolder: String {
    guard let path = getcwd(nil, 0) else { return "." }
    defer { free(path) }
    return String(cString: path)
  }
}
