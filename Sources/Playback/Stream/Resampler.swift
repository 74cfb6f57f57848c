internal import Foundation

/// Brings stereo frames of any rate to the stream's own, so that listeners keep their connection when the device is
/// exchanged for one of another rate.
///
/// A windowed sinc (Kaiser, beta 9) of 32 zero crossings, its phases tabulated and interpolated between: what is lost lies
/// 80 dB down. At the same rate frames pass bit for bit. Belongs to one thread.
struct Resampler {
  private static let crossings = 16
  private static let phases = 512

  /// Frames a second that come in.
  let inputRate: Int
  private let step: Double
  private let reach: Int
  private let table: [Float]
  /// Frames not done with, left and right in turn, and the place of the next frame among them.
  private var waiting: [Float]
  private var place: Double

  init(from inputRate: Int, to outputRate: Int) {
    self.inputRate = inputRate
    step = Double(inputRate) / Double(outputRate)
    // Above the lower rate's half nothing may pass.
    let cutoff = min(1, 1 / step) * 0.95
    reach = Int((Double(Self.crossings) / cutoff).rounded(.up))
    table = Self.table(cutoff: cutoff, reach: reach)
    waiting = Array(repeating: 0, count: 2 * reach)
    place = Double(reach)
  }

  /// The filter at distances 0, 1/512, 2/512, ... frames, and one more for the interpolation.
  private static func table(cutoff: Double, reach: Int) -> [Float] {
    let beta = 9.0
    return (0...reach * phases + 1).map { index in
      let distance = Double(index) / Double(phases)
      let inside = 1 - (distance / Double(reach)) * (distance / Double(reach))
      guard inside > 0 else { return 0 }
      let angle = Double.pi * cutoff * distance
      let sinc = angle == 0 ? 1 : sin(angle) / angle
      return Float(cutoff * sinc * bessel(beta * inside.squareRoot()) / bessel(beta))
    }
  }

  /// The modified Bessel function of the first kind and order 0, by its series.
  private static func bessel(_ x: Double) -> Double {
    var (sum, term) = (1.0, 1.0)
    for k in 1...40 {
      term *= (x / 2 / Double(k)) * (x / 2 / Double(k))
      sum += term
    }
    return sum
  }

  /// What comes of frames, left and right in turn; the last few come with the next call.
  mutating func process(_ frames: UnsafeBufferPointer<Float>) -> [Float] {
    if step == 1 { return Array(frames) }
    waiting.append(contentsOf: frames)
    let count = waiting.count / 2
    var output: [Float] = []
    output.reserveCapacity(Int(Double(frames.count) / step) + 4)
    while place + Double(reach) + 1 < Double(count) {
      let whole = Int(place)
      let fraction = place - Double(whole)
      var (left, right): (Float, Float) = (0, 0)
      for frame in (whole - reach + 1)...(whole + reach) {
        let distance = abs(Double(frame - whole) - fraction) * Double(Self.phases)
        let index = Int(distance)
        guard index < table.count - 1 else { continue }
        let weight = table[index] + (table[index + 1] - table[index]) * Float(distance - Double(index))
        left += weight * waiting[2 * frame]
        right += weight * waiting[2 * frame + 1]
      }
      output.append(left)
      output.append(right)
      place += step
    }
    let done = max(0, Int(place) - reach)
    waiting.removeFirst(2 * done)
    place -= Double(done)
    return output
  }
}
