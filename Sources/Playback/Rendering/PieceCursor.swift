internal import CRealtime

/// Where a piece stands: a frame of it, exact to a fraction where it follows a master, and the event that is next.
struct PieceCursor: BitwiseCopyable {
  /// Frames of the piece that have passed; less than 0 before its beginning.
  var frame: Int64 = 0
  /// What of the next frame has passed; 0 at the piece's own tempo.
  private(set) var fraction = 0.0
  /// The first event that is not due yet.
  var nextEvent = 0

  /// With the fraction.
  var exact: Double { Double(frame) + fraction }

  init(frame: Int64 = 0) { self.frame = frame }

  /// Frames of sound until a frame of the piece.
  ///
  /// - Parameter speed: frames of the piece a frame of sound; nil for its own tempo, which is exact.
  func frames(until target: Int64, speed: Double?) -> Int {
    guard let speed else { return Int(clamping: target - frame) }
    return max(1, Int(min(1e9, rt_ceil((Double(target - frame) - fraction) / speed))))
  }

  /// So many frames of sound have passed.
  mutating func advance(_ frameCount: Int, speed: Double?) {
    guard let speed else {
      frame += Int64(frameCount)
      return
    }
    let exact = fraction + Double(frameCount) * speed
    let whole = Int64(exact)
    frame += whole
    fraction = exact - Double(whole)
  }
}
