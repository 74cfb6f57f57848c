/// The course of a training as a picture: the best candidate so far, the elite's mean and the population's mean.
///
/// Colours follow the reader's light or dark scheme; the three lines differ in thickness and dash too.
public struct TrainingCurveSVG {
  private struct Curve: Sendable {
    var name: String
    var style: String
    var value: @Sendable (PopulationReport) -> Double
  }

  /// Points drawn a line: more than the picture can show are thinned out.
  static let maximumPointCount = 1000
  private static let (width, height) = (720.0, 400.0)
  private static let (left, right, top, bottom) = (64.0, 700.0, 64.0, 348.0)
  private static let curves = [
    Curve(name: "best so far", style: "best") { $0.best },
    Curve(name: "mean of the elite", style: "elite") { $0.eliteMean },
    Curve(name: "mean of the population", style: "mean") { $0.populationMean },
  ]

  private let reports: [PopulationReport]
  private let xAxis: RoundTicks
  private let yAxis: RoundTicks

  private init(_ reports: [PopulationReport]) {
    let isSound = { (report: PopulationReport) in Self.curves.allSatisfy { $0.value(report).isFinite } }
    let sound = reports.filter(isSound)
    let stride = max(1, (sound.count + Self.maximumPointCount - 1) / Self.maximumPointCount)
    // The last population is always drawn.
    self.reports = sound.indices.filter { (sound.count - 1 - $0) % stride == 0 }.map { sound[$0] }
    let values = self.reports.flatMap { report in Self.curves.map { $0.value(report) } }
    let populations = self.reports.map { Double($0.population) }
    xAxis = RoundTicks(from: min(1, populations.min() ?? 1), to: populations.max() ?? 1, isRounded: false)
    yAxis = RoundTicks(from: values.min() ?? 0, to: values.max() ?? 1, isRounded: true)
  }

  /// The picture of a run's populations, in their order; populations without a finite score are left out.
  public static func text(_ reports: [PopulationReport], title: String) -> String {
    let picture = TrainingCurveSVG(reports)
    let size = [width, height].map(SVGText.coordinate)
    return """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(size[0]) \(size[1])" width="\(size[0])" height="\(size[1])">
      \(style)<rect class="page" width="100%" height="100%"/>
      \(SVGText.text(title, x: 16, y: 28, style: "title"))\(picture.axes)\(picture.lines)\(picture.legend)</svg>

      """
  }

  private static let style = """
    <style>
    .page{fill:#fff}.grid,.axis{fill:none;stroke:#dfe3ea}.axis{stroke:#7c8698}
    .best,.elite,.mean{fill:none;stroke-width:2;stroke-linejoin:round;stroke-linecap:round}
    .best{stroke:#c2410c}.elite{stroke:#2f6fde;stroke-width:2.5}.mean{stroke:#64748b;stroke-dasharray:5 4}
    text{font-family:Helvetica,Arial,sans-serif;font-size:12px;fill:#4a5261}
    .title{font-size:16px;font-weight:bold;fill:#1b2130}.x{text-anchor:middle}.y{text-anchor:end}
    @media (prefers-color-scheme:dark){
    .page{fill:#14181f}.grid{stroke:#2b323e}.axis{stroke:#7c8698}.best{stroke:#fb923c}.elite{stroke:#6ea3ff}
    .mean{stroke:#94a3b8}text{fill:#a5aebd}.title{fill:#eef1f6}}
    </style>

    """

  private func x(_ population: Double) -> Double {
    Self.left + (Self.right - Self.left) * xAxis.share(population)
  }

  private func y(_ score: Double) -> Double { Self.bottom - (Self.bottom - Self.top) * yAxis.share(score) }

  private var axes: String {
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
    labels += SVGText.text("score", x: Self.left - 8, y: Self.top - 12, style: "y")
    return "<path class=\"grid\" d=\"\(grid)\"/>\n"
      + "<path class=\"axis\" d=\"M\(c(Self.left)) \(c(Self.top))V\(c(Self.bottom))H\(c(Self.right))\"/>\n" + labels
  }

  private var lines: String {
    guard !reports.isEmpty else { return "" }
    return Self.curves.reversed().map { curve in
      let points = reports.map {
        "\(SVGText.coordinate(x(Double($0.population)))) \(SVGText.coordinate(y(curve.value($0))))"
      }
      // A line of one point is a dot, thanks to the round ends.
      return
        "<path class=\"\(curve.style)\" d=\"M\((points.count == 1 ? points + points : points).joined(separator: "L"))\"/>\n"
    }.joined()
  }

  /// Lower right: the curves rise, so that corner stays free.
  private var legend: String {
    Self.curves.enumerated().map { index, curve in
      let y = Self.bottom - 62 + 22 * Double(index)
      return
        "<path class=\"\(curve.style)\" d=\"M\(SVGText.coordinate(Self.right - 200)) \(SVGText.coordinate(y))h28\"/>\n"
        + SVGText.text(curve.name, x: Self.right - 164, y: y + 4, style: "legend")
    }.joined()
  }
}
