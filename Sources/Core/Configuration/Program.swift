/// What the program is called and which one it is.
public enum Program {
  /// The version: in `--version`, in every `piece.json`.
  public static let version = "0.1.0"
}
