/// The course of a training as a picture: the best candidate so far, the elite's mean and the population's mean.
///
/// Colours follow the reader's light or dark scheme; the three lines differ in thickness and dash too.
public struct TrainingCurveSVG {
  private struct Curve: Sendable {
    var name: String
    var style: String
    var value: @Sendable (PopulationReport) -> Double
  }

  private static let (width, height) = (720.0, 400.0)
  private static let curves = [
    Curve(name: "best so far", style: "best") { $0.best },
    Curve(name: "mean of the elite", style: "elite") { $0.eliteMean },
    Curve(name: "mean of the population", style: "mean") { $0.populationMean },
  ]

  private let reports: [PopulationReport]
  private let axes: PopulationAxes

  private init(_ reports: [PopulationReport]) {
    let isSound = { (report: PopulationReport) in Self.curves.allSatisfy { $0.value(report).isFinite } }
    self.reports = PopulationAxes.thinned(reports.filter(isSound))
    let values = self.reports.flatMap { report in Self.curves.map { $0.value(report) } }
    axes = PopulationAxes(
      populations: self.reports.map { Double($0.population) }, lowest: values.min(), highest: values.max(),
      scoreName: "score")
  }

  /// The picture of a run's populations, in their order; populations without a finite score are left out.
  public static func text(_ reports: [PopulationReport], title: String) -> String {
    let picture = TrainingCurveSVG(reports)
    let size = [width, height].map(SVGText.coordinate)
    return """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(size[0]) \(size[1])" width="\(size[0])" height="\(size[1])">
      \(style)<rect class="page" width="100%" height="100%"/>
      \(SVGText.text(title, x: 16, y: 28, style: "title"))\(picture.axes.text)\(picture.lines)\(picture.legend)</svg>

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

  private var lines: String {
    guard !reports.isEmpty else { return "" }
    return Self.curves.reversed().map { curve in
      let points = reports.map { axes.point($0.population, curve.value($0)) }
      return "<path class=\"\(curve.style)\" d=\"\(PopulationAxes.line(points))\"/>\n"
    }.joined()
  }

  /// Lower right: the curves rise, so that corner stays free.
  private var legend: String {
    Self.curves.enumerated().map { index, curve in
      let y = PopulationAxes.bottom - 62 + 22 * Double(index)
      return
        "<path class=\"\(curve.style)\" d=\"M\(SVGText.coordinate(PopulationAxes.right - 200)) \(SVGText.coordinate(y))h28\"/>\n"
        + SVGText.text(curve.name, x: PopulationAxes.right - 164, y: y + 4, style: "legend")
    }.joined()
  }
}
