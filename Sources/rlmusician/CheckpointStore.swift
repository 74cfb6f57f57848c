import Core
import Foundation

/// The checkpoint of an output folder: `OUTPUT/checkpoint.safetensors`, replaced whole, owned by one run at a time.
struct CheckpointStore {
  /// The share of a run's time that checkpoints may take.
  private static let largestShare = 0.05

  private let path: String
  private let lock: FileLock?
  private var lastSaved = ContinuousClock.now
  private var cost = Duration.milliseconds(10)
  private var hasFailed = false
  /// Whether the last save succeeded.
  private(set) var isSaved = false

  /// Creates the output folder if it is missing, so that a run that cannot write says so before it trains; not where a
  /// checkpoint has to be there.
  init(output: String, isResumed: Bool) throws {
    path = "\(output)/checkpoint.safetensors"
    if isResumed, access(path, F_OK) != 0 { throw FileError(.noInput, path: path, errno: errno) }
    try OutputFolder.requireWritable(output)
    lock = try FileLock.acquire("\(output)/.checkpoint.lock")
    if lock == nil {
      StandardError.writeLine("another run is writing to \(output): this one keeps no checkpoint")
    }
  }

  /// The checkpoint that a run left.
  func load(for configuration: Configuration) throws -> Checkpoint {
    guard lock != nil else {
      throw FileError(.cannotCreate, path: path, reason: "in use by another run; wait for its end or stop it")
    }
    let checkpoint = try Checkpoint.read(path)
    let before = configuration.isStyleImplied ? " (piano rolls: --style roll, or original as before version 0.2)" : ""
    let (learnt, wanted) = (checkpoint.method.rawValue, configuration.agent.method.rawValue)
    guard learnt == wanted || checkpoint.configurationDigest == configuration.digest else {
      throw DataError(
        file: path,
        reason:
          "learnt by \(learnt), this configuration says agent.method: \(wanted): go on with the configuration that"
          + " it belongs to\(before), or begin again without --resume")
    }
    guard checkpoint.configurationDigest == configuration.digest else {
      throw DataError(
        file: path,
        reason: "belongs to another configuration (digest \(checkpoint.configurationDigest.prefix(12))…, this one's is"
          + " \(configuration.digest.prefix(12))…): go on with that one\(before), or begin again without --resume")
    }
    return checkpoint
  }

  /// Whether enough time has passed that the cost of saving is a small share of it.
  var isWorthSaving: Bool { ContinuousClock.now - lastSaved >= cost / Self.largestShare }

  /// Saves. That it could not is said once; training goes on without.
  mutating func save(_ checkpoint: Checkpoint) {
    guard lock != nil else { return }
    let start = ContinuousClock.now
    do {
      try OutputFile.replace(path, with: checkpoint.bytes)
      isSaved = true
    } catch {
      isSaved = false
      if !hasFailed { StandardError.writeLine("no checkpoint: \(error)") }
      hasFailed = true
    }
    lastSaved = .now
    cost = lastSaved - start
  }
}
