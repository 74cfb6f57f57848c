import Foundation

/// A tuning read from Scala files.
public struct ScalaTuning: Sendable {
  /// The tuning; degree 0 is the lowest row.
  public var tuning: Tuning
  /// How many rows the keyboard mapping has keys for; nil without one.
  public var rowLimit: Int?

  /// Reads a scale and, if there is one, a keyboard mapping.
  ///
  /// With a mapping, rows are its mapped keys from `lowest` up, at the mapping's pitch; without one, degree 0 lies at
  /// `lowest`, or where the scale's own reference pitch has the degree 0 nearest to it.
  /// - Throws: `DataError` about a malformed file, or a mapping without keys from `lowest` up; `FileError` if there is no
  ///   such file.
  public init(scale path: String, keyboard keyboardPath: String?, lowest: MIDIKey) throws {
    let scale = try ScalaScale(bytes: ScalaLines.read(path, as: "a Scala scale"), file: path)
      .tuning(name: URL(filePath: path).deletingPathExtension().lastPathComponent, lowest: lowest)
    guard let keyboardPath else {
      tuning = scale
      return
    }
    let keyboard = try ScalaKeyboard(
      bytes: ScalaLines.read(keyboardPath, as: "a Scala keyboard mapping"), file: keyboardPath)
    guard let mapped = keyboard.tuning(of: scale, from: lowest) else {
      throw DataError(
        file: keyboardPath, reason: "no mapped key that can sound at or above the lowest note, \(lowest.name)")
    }
    tuning = mapped
    rowLimit = keyboard.mappedKeys(from: lowest).count
  }
}
