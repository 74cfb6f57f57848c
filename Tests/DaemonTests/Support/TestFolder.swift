import Core
import Foundation
import Logging
import Testing

@testable import Daemon

/// A folder that goes with the value.
final class TestFolder: Sendable {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "rlmusician-daemon-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func library(_ access: PieceLibrary.Access = .owner) throws -> PieceLibrary {
    try PieceLibrary(folder: path, output: path + "/pieces", access: access)
  }
}

/// A small, quick configuration.
func testConfiguration(
  _ daemon: String = "", coefficients: String = "lines: 1, consonances: 2", play: String = "none",
  playback: String = ""
) throws -> Configuration {
  var configuration = try Configuration(
    text: """
      environment: {n_semitones: 13, n_roll_steps: 6, scoring_coefs: {\(coefficients)},
        rendering_params: {step_in_seconds: 0.05}}
      agent: {population_size: 8, n_episodes_per_candidate: 2, n_processes: 1}
      playback: {play: '\(play)'\(playback.isEmpty ? "" : ", " + playback)}
      audio: {keep: true}
      daemon: {\(daemon)}
      """, file: "test.yml")
  // Whatever a test says nothing about goes on as quickly as it can.
  if !daemon.contains("rate:") { configuration.daemon.sessions.rate = .free }
  return configuration
}

/// A piece with these scores.
func testPiece(_ configuration: Configuration, seed: UInt64) -> Piece {
  let training = Training(configuration: configuration, seed: seed, threads: 1)
  return training.composePiece(episode: 0)
}
