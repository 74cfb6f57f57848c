/// The courses of a sweep's trainings as a picture: for every combination the mean over its seeds of the population's mean
/// score, in the area between the seeds' lowest and highest.
///
/// Colours follow the reader's light or dark scheme; beyond eight combinations they come again, dashed.
public struct SweepCurvesSVG {
  private static let width = 720.0
  private static let colours = [
    ("#2f6fde", "#6ea3ff"), ("#c2410c", "#fb923c"), ("#15803d", "#4ade80"), ("#7e22ce", "#c084fc"),
    ("#b45309", "#fbbf24"), ("#0e7490", "#22d3ee"), ("#be123c", "#fb7185"), ("#475569", "#94a3b8"),
  ]

  private let rows: [(name: String, curve: [(population: Int, mean: Double, lowest: Double, highest: Double)])]
  private let axes: PopulationAxes

  private init(_ table: SweepTable) {
    rows = table.rows.map { ($0.combination.name, PopulationAxes.thinned($0.curve)) }
    let points = rows.flatMap(\.curve)
    axes = PopulationAxes(
      populations: points.map { Double($0.population) }, lowest: points.map(\.lowest).min(),
      highest: points.map(\.highest).max(), scoreName: "mean score")
  }

  /// The picture of a sweep.
  public static func text(_ table: SweepTable, title: String) -> String {
    let picture = SweepCurvesSVG(table)
    let c = SVGText.coordinate
    let height = PopulationAxes.bottom + 64 + 20 * Double(picture.rows.count)
    return """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(c(width)) \(c(height))" width="\(c(width))" height="\(c(height))">
      \(style)<rect class="page" width="100%" height="100%"/>
      \(SVGText.text(title, x: 16, y: 28, style: "title"))\(picture.axes.text)\(picture.areas)\(picture.lines)\(picture.legend)</svg>

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

  private func colour(_ row: Int) -> Int { row % Self.colours.count }
  private func dash(_ row: Int) -> String { row < Self.colours.count ? "" : " again" }

  private var areas: String {
    rows.enumerated().map { index, row in
      guard row.curve.count > 1 else { return "" }
      let there = row.curve.map { axes.point($0.population, $0.highest) }
      let back = row.curve.reversed().map { axes.point($0.population, $0.lowest) }
      return "<path class=\"area a\(colour(index))\" d=\"M\((there + back).joined(separator: "L"))Z\"/>\n"
    }.joined()
  }

  private var lines: String {
    rows.enumerated().map { index, row in
      let points = row.curve.map { axes.point($0.population, $0.mean) }
      guard !points.isEmpty else { return "" }
      return "<path class=\"line c\(colour(index))\(dash(index))\" d=\"\(PopulationAxes.line(points))\"/>\n"
    }.joined()
  }

  private var legend: String {
    rows.enumerated().map { index, row in
      let y = PopulationAxes.bottom + 62 + 20 * Double(index)
      return "<path class=\"line c\(colour(index))\(dash(index))\" d=\"M\(SVGText.coordinate(PopulationAxes.left)) "
        + "\(SVGText.coordinate(y))h28\"/>\n"
        + SVGText.text(row.name, x: PopulationAxes.left + 36, y: y + 4, style: "legend")
    }.joined()
  }
}
