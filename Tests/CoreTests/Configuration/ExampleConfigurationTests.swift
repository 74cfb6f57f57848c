import Foundation
import Testing

@testable import Core

/// The configurations in `examples/` are read, composed with, and say what they play in tune.
@Suite struct ExampleConfigurationTests {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../../../examples").standardizedFileURL

  @Test func everyExampleComposes() throws {
    let names = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path()).filter { $0.hasSuffix(".yml") }
    #expect(names.count >= 3)
    for name in names {
      let configuration = try Configuration(path: Self.folder.appending(path: name).path())
      let training = Training(configuration: configuration, seed: 1, threads: 1)
      let piece = training.composePiece(episode: 0)
      #expect(piece.score.total.isFinite && !piece.notes.isEmpty, "\(name)")
      #expect(MIDIFile.faults(piece) == [], "\(name)")
    }
  }
}
