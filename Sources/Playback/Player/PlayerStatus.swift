/// What is being heard, for one line on a terminal.
public struct PlayerStatus: Sendable, Hashable {
  /// `population 4`; nil when there is silence.
  public var title: String?
  /// The piece's score; nil if it has none.
  public var score: Double?
  /// Seconds of it that have been heard.
  public var seconds: Double
  /// Its length, seconds.
  public var length: Double
  /// Pieces that wait.
  public var waitingCount: Int
  /// Whether it is held.
  public var isPaused: Bool
  /// Loudness, 0...1.
  public var volume: Double

  /// `▶ population 4  score 213.5  0:03/0:16  volume 80 %`; empty in silence.
  public var line: String {
    guard let title else { return "" }
    var parts = ["\(isPaused ? "‖" : "▶") \(title)"]
    if let score { parts.append("score \((10 * score).rounded() / 10)") }
    parts.append("\(Self.clock(min(seconds, length)))/\(Self.clock(length))")
    parts.append("volume \(Int((100 * volume).rounded())) %")
    if waitingCount > 0 { parts.append("\(waitingCount) waiting") }
    return parts.joined(separator: "  ")
  }

  private static func clock(_ seconds: Double) -> String {
    let whole = Int(min(max(0, seconds), 1e6))
    return "\(whole / 60):\(whole % 60 < 10 ? "0" : "")\(whole % 60)"
  }
}
