/// What every file of a training says of itself in its metadata: what it is, of which program, and of which training.
struct TrainingHeader: Sendable, Hashable {
  /// What the file is, in words.
  enum Format: String {
    case agent = "rl-musician agent"
    case checkpoint = "rl-musician checkpoint"
  }

  /// The run's seed.
  var seed: UInt64
  /// Populations that had been trained.
  var population: Int
  /// SHA-256 of the effective configuration, hexadecimal.
  var configurationDigest: String

  /// The entries, first in the file.
  func entries(_ format: Format) -> [Safetensors.Entry] {
    [
      .init("format", format.rawValue), .init("program_version", Program.version), .init("seed", "\(seed)"),
      .init("population", "\(population)"), .init("configuration_digest", configurationDigest),
    ]
  }
}

extension TrainingHeader {
  /// The header of a file that has to be of this format; `file` is its name for errors.
  init(_ tensors: Safetensors, _ format: Format, file: String) throws(DataError) {
    guard tensors.text("format") == format.rawValue else {
      throw DataError(file: file, reason: "metadata: format: allowed: '\(format.rawValue)'")
    }
    guard let digest = tensors.text("configuration_digest") else {
      throw DataError(file: file, reason: "metadata: configuration_digest is not there")
    }
    guard let seed = tensors.text("seed").flatMap({ UInt64($0) }) else {
      throw DataError(file: file, reason: "metadata: seed: allowed: an integer from 0 to 2^64 - 1")
    }
    self.init(seed: seed, population: try tensors.count("population", file: file), configurationDigest: digest)
  }
}

extension Safetensors {
  /// A count in the metadata.
  func count(_ key: String, file: String) throws(DataError) -> Int {
    guard let number = text(key).flatMap({ Int($0) }), (0...1 << 40).contains(number) else {
      throw DataError(file: file, reason: "metadata: \(key): allowed: an integer from 0 to \(1 << 40)")
    }
    return number
  }

  /// A finite number in the metadata.
  func number(_ key: String, file: String) throws(DataError) -> Double {
    guard let number = text(key).flatMap({ Double($0) }), number.isFinite else {
      throw DataError(file: file, reason: "metadata: \(key): allowed: a number")
    }
    return number
  }
}
