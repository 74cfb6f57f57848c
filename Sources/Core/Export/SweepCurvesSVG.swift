/// The courses of a sweep's trainings as a picture: for every combination the mean over its seeds of the population's mean
/// score, in the area between the seeds' lowest and highest.
///
/// Colours follow the reader's light or dark scheme; beyond eight combinations they come again, dashed.
public struct SweepCurvesSVG {
  private static let width = 720.0
  private static let (left, right, top, bottom) = (64.0, 700.0, 64.0, 348.0)
  private static let colours = [
    ("#2f6fde", "#6ea3ff"), ("#c2410c", "#fb923c"), ("#15803d", "#4ade80"), ("#7e22ce", "#c084fc"),
    ("#b45309", "#fbbf24"), ("#0e7490", "#22d3ee"), ("#be123c", "#fb7185"), ("#475569", "#94a3b8"),
  ]

  private let rows: [(name: String, curve: [(population: Int, mean: Double, lowest: Double, highest: Double)])]
  private let xAxis: RoundTicks
  private let yAxis: RoundTicks

  private init(_ table: SweepTable) {
    rows = table.rows.map { row in
      let curve = row.curve
      let stride = max(1, (curve.count + TrainingCurveSVG.maximumPointCount - 1) / TrainingCurveSVG.maximumPointCount)
      // The last population is always drawn.
      let thinned = curve.indices.filter { (curve.count - 1 - $0) % stride == 0 }.map { curve[$0] }
      return (row.combination.name, thinned)
    }
    let points = rows.flatMap(\.curve)
    let populations = points.map { Double($0.population) }
    xAxis = RoundTicks(from: min(1, populations.min() ?? 1), to: populations.max() ?? 1, isRounded: false)
    yAxis = RoundTicks(
      from: points.map(\.lowest).min() ?? 0, to: points.map(\.highest).max() ?? 1, isRounded: true)
  }

  /// The picture of a sweep.
  public static func text(_ table: SweepTable, title: String) -> String {
    let picture = SweepCurvesSVG(table)
    let c = SVGText.coordinate
    let height = bottom + 64 + 20 * Double(picture.rows.count)
    return """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(c(width)) \(c(height))" width="\(c(width))" height="\(c(height))">
      \(style)<rect class="page" width="100%" height="100%"/>
      \(SVGText.text(title, x: 16, y: 28, style: "title"))\(picture.axes)\(picture.areas)\(picture.lines)\(picture.legend)</svg>

      """
  }

  private static var style: String {
    func rules(_ colour: ((String, String)) -> String) -> String {
      colours.enumerated().map { ".c\($0){stroke:\(colour($1))}.a\($0){fill:\(colour($1))}" }.joined()
    }
    return """
      <style>
      .page{fill:#fff}.grid,.axis{fill:none;stroke:#dfe3ea}.axis{stroke:#7c8698}
      .line{fill:none;stroke-width:2;stroke-linejoin:round;stroke-linecap:round}.again{stroke-dasharray:5 4}
      .area{opacity:.16}text{font-family:Helvetica,Arial,sans-serif;font-size:12px;fill:#4a5261}
      .title{font-size:16px;font-weight:bold;fill:#1b2130}.x{text-anchor:middle}.y{text-anchor:end}
      \(rules(\.0))
      @media (prefers-color-scheme:dark){
      .page{fill:#14181f}.grid{stroke:#2b323e}text{fill:#a5aebd}.title{fill:#eef1f6}
      \(rules(\.1))}
      </style>

      """
  }

  private func x(_ population: Int) -> Double {
    Self.left + (Self.right - Self.left) * xAxis.share(Double(population))
  }

  private func y(_ score: Double) -> Double { Self.bottom - (Self.bottom - Self.top) * yAxis.share(score) }

  private func point(_ population: Int, _ score: Double) -> String {
    "\(SVGText.coordinate(x(population))) \(SVGText.coordinate(y(score)))"
  }

  private var axes: String {
    let c = SVGText.coordinate
    var (grid, labels) = ("", "")
    for tick in yAxis.ticks {
      grid += "M\(c(Self.left)) \(c(y(tick)))H\(c(Self.right))"
      labels += SVGText.text(SVGText.number(tick, decimals: 6), x: Self.left - 8, y: y(tick) + 4, style: "y")
    }
    for tick in xAxis.ticks where tick == tick.rounded() {
      grid += "M\(c(x(Int(tick)))) \(c(Self.top))V\(c(Self.bottom))"
      labels += SVGText.text(SVGText.number(tick), x: x(Int(tick)), y: Self.bottom + 18, style: "x")
    }
    labels += SVGText.text("population", x: (Self.left + Self.right) / 2, y: Self.bottom + 40, style: "x")
    labels += SVGText.text("mean score", x: Self.left - 8, y: Self.top - 12, style: "y")
    return "<path class=\"grid\" d=\"\(grid)\"/>\n"
      + "<path class=\"axis\" d=\"M\(c(Self.left)) \(c(Self.top))V\(c(Self.bottom))H\(c(Self.right))\"/>\n" + labels
  }

  private func colour(_ row: Int) -> Int { row % Self.colours.count }
  private func dash(_ row: Int) -> String { row < Self.colours.count ? "" : " again" }

  private var areas: String {
    rows.enumerated().map { index, row in
      guard row.curve.count > 1 else { return "" }
      let there = row.curve.map { point($0.population, $0.highest) }
      let back = row.curve.reversed().map { point($0.population, $0.lowest) }
      return "<path class=\"area a\(colour(index))\" d=\"M\((there + back).joined(separator: "L"))Z\"/>\n"
    }.joined()
  }

  private var lines: String {
    rows.enumerated().map { index, row in
      let points = row.curve.map { point($0.population, $0.mean) }
      guard let first = points.first else { return "" }
      // A line of one point is a dot, thanks to the round ends.
      return "<path class=\"line c\(colour(index))\(dash(index))\" d=\"M"
        + (points.count == 1 ? [first, first] : points).joined(separator: "L") + "\"/>\n"
    }.joined()
  }

  private var legend: String {
    rows.enumerated().map { index, row in
      let y = Self.bottom + 62 + 20 * Double(index)
      return "<path class=\"line c\(colour(index))\(dash(index))\" d=\"M\(SVGText.coordinate(Self.left)) "
        + "\(SVGText.coordinate(y))h28\"/>\n"
        + SVGText.text(row.name, x: Self.left + 36, y: y + 4, style: "legend")
    }.joined()
  }
}
