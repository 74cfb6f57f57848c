/// Scores over populations as a picture: where its points lie, its grid and labels, and how many points a line has.
struct PopulationAxes: Sendable {
  /// The area of the curves, in the picture's units.
  static let (left, right, top, bottom) = (64.0, 700.0, 64.0, 348.0)
  /// Points drawn a line: more than the picture can show are thinned out.
  static let maximumPointCount = 1000

  private let xAxis: RoundTicks
  private let yAxis: RoundTicks
  private let scoreName: String

  /// Axes for these populations, and scores from one to another that are called so; 0 and 1 where there is none.
  init(populations: [Double], lowest: Double?, highest: Double?, scoreName: String) {
    xAxis = RoundTicks(from: min(1, populations.min() ?? 1), to: populations.max() ?? 1, isRounded: false)
    yAxis = RoundTicks(from: lowest ?? 0, to: highest ?? 1, isRounded: true)
    self.scoreName = scoreName
  }

  /// Few enough of a line's points; the last population is always among them.
  static func thinned<Point>(_ points: [Point]) -> [Point] {
    let stride = max(1, (points.count + maximumPointCount - 1) / maximumPointCount)
    return points.indices.filter { (points.count - 1 - $0) % stride == 0 }.map { points[$0] }
  }

  /// A line through points, as a path's data; one of a single point is a dot, thanks to its round ends.
  static func line(_ points: [String]) -> String {
    "M" + (points.count == 1 ? points + points : points).joined(separator: "L")
  }

  /// A point in a path's data.
  func point(_ population: Int, _ score: Double) -> String {
    "\(SVGText.coordinate(x(Double(population)))) \(SVGText.coordinate(y(score)))"
  }

  private func x(_ population: Double) -> Double {
    Self.left + (Self.right - Self.left) * xAxis.share(population)
  }

  private func y(_ score: Double) -> Double { Self.bottom - (Self.bottom - Self.top) * yAxis.share(score) }

  /// Grid, axes and labels.
  var text: String {
    let c = SVGText.coordinate
    var (grid, labels) = ("", "")
    for tick in yAxis.ticks {
      grid += "M\(c(Self.left)) \(c(y(tick)))H\(c(Self.right))"
      labels += SVGText.text(SVGText.number(tick, decimals: 6), x: Self.left - 8, y: y(tick) + 4, style: "y")
    }
    for tick in xAxis.ticks where tick == tick.rounded() {
      grid += "M\(c(x(tick))) \(c(Self.top))V\(c(Self.bottom))"
      labels += SVGText.text(SVGText.number(tick), x: x(tick), y: Self.bottom + 18, style: "x")
    }
    labels += SVGText.text("population", x: (Self.left + Self.right) / 2, y: Self.bottom + 40, style: "x")
    labels += SVGText.text(scoreName, x: Self.left - 8, y: Self.top - 12, style: "y")
    return "<path class=\"grid\" d=\"\(grid)\"/>\n"
      + "<path class=\"axis\" d=\"M\(c(Self.left)) \(c(Self.top))V\(c(Self.bottom))H\(c(Self.right))\"/>\n" + labels
  }
}
