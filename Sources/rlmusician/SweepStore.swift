import Core
import Foundation

/// The results of a sweep's trainings: `OUTPUT/trainings`, a file each, owned by one sweep at a time.
struct SweepStore {
  private let folder: String
  private let lock: FileLock
  /// By training; nil for those that are not done.
  private(set) var results: [SweepResult?] = []

  init(output: String) throws {
    folder = "\(output)/trainings"
    try OutputFolder.requireWritable(folder)
    guard let lock = try FileLock.acquire("\(output)/.sweep.lock") else {
      throw FileError(.cannotCreate, path: output, reason: "in use by another sweep; wait for its end or stop it")
    }
    self.lock = lock
  }

  /// Takes what is done already; a file that is no result, or of another version, is done again.
  mutating func load(_ trainings: [SweepTraining]) throws {
    results = trainings.map { training in
      let path = "\(folder)/\(training.fileName)"
      guard FileManager.default.fileExists(atPath: path),
        let bytes = try? InputFile.read(path, limit: 1 << 24, as: "a training's result")
      else { return nil }
      return try? SweepResult(bytes, of: training, file: path)
    }
  }

  /// Writes what a training came to.
  ///
  /// - Throws: `FileError` if it cannot be written; `DataError` if it is no result of this training.
  mutating func save(_ bytes: [UInt8], _ index: Int, _ training: SweepTraining) throws {
    let path = "\(folder)/\(training.fileName)"
    guard let result = try SweepResult(bytes, of: training, file: path) else {
      throw DataError(file: path, reason: "is of another training")
    }
    try OutputFile.replace(path, with: bytes)
    results[index] = result
  }
}
