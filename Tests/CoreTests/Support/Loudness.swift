import Foundation

@testable import Core

/// Integrated loudness by ITU-R BS.1770-4 in LUFS: K weighting, blocks of 400 ms, gates at -70 and 10 below the mean.
///
/// Plain loops over plain memory, because tests run unoptimised.
struct Loudness {
  /// The filters' coefficients are the standard's, for this rate.
  static let sampleRate = 48_000.0

  /// A channel's memory: both filters' past.
  private var (left, right) = ((0.0, 0.0, 0.0, 0.0, 0.0, 0.0), (0.0, 0.0, 0.0, 0.0, 0.0, 0.0))
  private var powers: [Double] = []
  private var sum = 0.0
  private var count = 0
  private static let hop = Int(sampleRate / 10)

  /// Hears frames.
  mutating func add(_ leftSamples: UnsafePointer<Float>, _ rightSamples: UnsafePointer<Float>, frameCount: Int) {
    var done = 0
    while done < frameCount {
      let part = min(frameCount - done, Self.hop - count)
      sum += Self.power(leftSamples + done, part, &left) + Self.power(rightSamples + done, part, &right)
      done += part
      count += part
      if count == Self.hop {
        powers.append(sum / Double(Self.hop))
        (sum, count) = (0, 0)
      }
    }
  }

  /// The sum of the squares of the weighted samples.
  private static func power(
    _ samples: UnsafePointer<Float>, _ count: Int, _ past: inout (Double, Double, Double, Double, Double, Double)
  ) -> Double {
    var (x1, x2, y1, y2, z1, z2) = past
    var (sum, frame) = (0.0, 0)
    while frame < count {
      let x = Double(samples[frame])
      let y = 1.53512485958697 * x - 2.69169619 * x1 + 1.19839281 * x2 + 1.69065929 * y1 - 0.73248077 * y2
      let z = y - 2 * y1 + y2 + 1.99004745483398 * z1 - 0.99007225036621 * z2
      (x2, x1, y2, y1, z2, z1) = (x1, x, y1, y, z1, z)
      sum += z * z
      frame += 1
    }
    past = (x1, x2, y1, y2, z1, z2)
    return sum
  }

  /// The loudness of all that was heard.
  var integrated: Double {
    let blocks = powers.indices.dropLast(3).map { powers[$0..<$0 + 4].reduce(0, +) / 4 }
    func level(_ power: Double) -> Double { -0.691 + 10 * log10(max(1e-12, power)) }
    let loud = blocks.filter { level($0) > -70 }
    guard !loud.isEmpty else { return -100 }
    let gate = level(loud.reduce(0, +) / Double(loud.count)) - 10
    let kept = loud.filter { level($0) > gate }
    return level(kept.reduce(0, +) / Double(kept.count))
  }

  /// A piece by the sine synthesizer.
  static func of(_ piece: Piece, timbres: [String: Timbre]) throws -> Double {
    var renderer = try PieceRenderer(piece, timbres: timbres, sampleRate: sampleRate, tail: .seconds(0))
    var loudness = Loudness()
    var (left, right) = (
      [Float](repeating: 0, count: PieceRenderer.blockFrames), [Float](repeating: 0, count: PieceRenderer.blockFrames)
    )
    while case let frames = renderer.render(left: &left, right: &right), frames > 0 {
      loudness.add(left, right, frameCount: frames)
    }
    return loudness.integrated
  }
}
