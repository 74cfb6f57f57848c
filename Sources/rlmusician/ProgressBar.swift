import Core

/// The line a person watches while the agent trains; written on standard error, only if that is a terminal.
struct ProgressBar {
  private let total: Int
  private let isShown: Bool
  private var lastDrawn: ContinuousClock.Instant?
  private let started = ContinuousClock.now
  private var firstPopulation: Int?

  init(total: Int, isShown: Bool = StandardError.isDrawable) {
    self.total = total
    self.isShown = isShown
  }

  /// Redraws, at most ten times a second, and always for the last population.
  mutating func update(_ report: PopulationReport, stepsPerSecond: Double) {
    guard isShown else { return }
    let now = ContinuousClock.now
    if firstPopulation == nil { firstPopulation = report.population - 1 }
    if report.population < total, let lastDrawn, now - lastDrawn < .milliseconds(100) { return }
    lastDrawn = now
    let done = report.population - (firstPopulation ?? 0)
    let left = (now - started) / Double(done) * Double(total - report.population)
    StandardError.rewriteLine(
      Self.line(
        report, total: total, stepsPerSecond: stepsPerSecond, secondsLeft: left / .seconds(1),
        width: StandardError.width))
  }

  /// Ends the line.
  mutating func finish() {
    if lastDrawn != nil { StandardError.write("\n") }
    lastDrawn = nil
  }

  /// The line's text: never wider than `width` columns, the bar gets what is left.
  static func line(
    _ report: PopulationReport, total: Int, stepsPerSecond: Double, secondsLeft: Double, width: Int
  ) -> String {
    let digits = String(total).count
    let number = String(report.population)
    let head = "population " + String(repeating: " ", count: max(0, digits - number.count)) + "\(number)/\(total) "
    let tail =
      " elite \(decimal(report.eliteMean, 1))  best \(decimal(report.best, 1))"
      + "  \(decimal(stepsPerSecond / 1e6, 1)) M steps/s  \(duration(secondsLeft)) left"
    let room = min(40, width - 1 - head.count - tail.count)
    guard room >= 5 else { return String((head + tail).prefix(max(0, width - 1))) }
    let filled = Int(Double(room) * Double(report.population) / Double(max(total, 1)))
    return head + String(repeating: "█", count: filled) + String(repeating: "░", count: room - filled) + tail
  }

  private static func duration(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds < 360_000 else { return "--:--" }
    let whole = Int(seconds.rounded(.up))
    let (hours, minutes, rest) = (whole / 3600, whole / 60 % 60, whole % 60)
    let twoDigits = { (n: Int) in n < 10 ? "0\(n)" : "\(n)" }
    return hours > 0 ? "\(hours):\(twoDigits(minutes)):\(twoDigits(rest))" : "\(minutes):\(twoDigits(rest))"
  }
}

/// A number with a fixed count of decimals, `-0` written as `0`.
func decimal(_ value: Double, _ places: Int) -> String {
  var scale = 1.0
  for _ in 0..<places { scale *= 10 }
  let scaled = (value * scale).rounded()
  guard abs(scaled) < 1e15 else { return "\(value)" }
  let whole = Int(abs(scaled))
  let sign = scaled < 0 ? "-" : ""
  guard places > 0 else { return sign + String(whole) }
  let fraction = String(whole % Int(scale))
  return sign + String(whole / Int(scale)) + "." + String(repeating: "0", count: places - fraction.count) + fraction
}
