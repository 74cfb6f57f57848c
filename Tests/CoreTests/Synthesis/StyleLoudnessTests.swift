import Foundation
import Testing

@testable import Core

/// Whoever goes from style to style need not turn a knob.
@Suite struct StyleLoudnessTests {
  /// What all styles lie around, in LUFS.
  static let target = -18.0

  @Test func measureKnowsItsReference() {
    // A sine of 997 Hz at full scale on both channels has -0.01 LUFS by the standard (-3.01 on one).
    var loudness = Loudness()
    let samples = (0..<48_000).map { Float(sin(2 * Double.pi * Double($0) * 997 / Loudness.sampleRate)) }
    loudness.add(samples, samples, frameCount: samples.count)
    #expect(abs(loudness.integrated) < 0.1)
  }

  @Test(arguments: Style.all) func stylesAreAboutEquallyLoud(_ style: Style) throws {
    let configuration = try Configuration(text: "", file: "t", style: style)
    let pieces: [Piece]
    if let song = configuration.song {
      pieces = SongTests.pieces(song, count: 3, seed: 11)
    } else if let counterpoint = configuration.counterpoint {
      pieces = [try Self.duet(counterpoint)]
    } else {
      pieces = [Training(configuration: configuration, seed: 1, threads: 1).composePiece(episode: 0)]
    }
    let all = try pieces.map { try Loudness.of($0.excerpt(steps: 24), timbres: configuration.timbres) }
    let loudness = all.reduce(0, +) / Double(all.count)
    #expect(abs(loudness - Self.target) < 1.5, "\(style.name): \(loudness) LUFS")
  }

  /// The given melody on both instruments, an octave apart: as loud as any counterpoint.
  private static func duet(_ counterpoint: CounterpointConfiguration) throws -> Piece {
    var piece = counterpoint.piece([], provenance: nil)
    var part = try #require(piece.parts.first)
    part.timbre = counterpoint.rendering.instruments.composed
    for index in part.notes.indices { part.notes[index].degree += 12 }
    piece.parts.append(part)
    return piece
  }
}
