/// How consonant the intervals of a tuning are with a timbre, as a picture: the curve over all intervals of a period, and
/// on it the degrees that the tuning has, above its degree 0.
///
/// Colours follow the reader's light or dark scheme.
public struct ConsonanceSVG {
  private static let (width, height) = (860.0, 420.0)
  private static let (left, right, top, bottom) = (56.0, 836.0, 72.0, 352.0)
  /// Cents from one point of the curve to the next.
  private static let resolution = 2.0

  private let tuning: Tuning
  private let consonance: TimbreConsonance
  private let xAxis: RoundTicks
  private let yAxis: RoundTicks

  private init(_ tuning: Tuning, _ consonance: TimbreConsonance) {
    self.tuning = tuning
    self.consonance = consonance
    let period = abs(tuning.periodInCents)
    let span = (100...12_000).contains(period) ? period : 1200
    xAxis = RoundTicks(from: 0, to: span, isRounded: false)
    let values = stride(from: 0, through: span, by: Self.resolution).map { consonance.consonance(cents: $0) }
    yAxis = RoundTicks(from: min(-3, values.min() ?? -3), to: 2, isRounded: true)
  }

  /// The picture; `timbre` is what the title calls the sound.
  public static func text(_ tuning: Tuning, consonance: TimbreConsonance, timbre: String) -> String {
    let picture = ConsonanceSVG(tuning, consonance)
    let size = [width, height].map(SVGText.coordinate)
    let title = "Consonance of the intervals of \(tuning.name)"
    let subtitle = "\(consonance.method), with \(timbre), above \(Int(TimbreConsonance.fundamental.rounded())) Hz"
    return """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(size[0]) \(size[1])" width="\(size[0])" height="\(size[1])">
      \(style)<rect class="page" width="100%" height="100%"/>
      \(SVGText.text(title, x: 16, y: 28, style: "title"))\(SVGText.text(subtitle, x: 16, y: 48, style: "label"))\
      \(picture.axes)\(picture.curve)\(picture.degrees)</svg>

      """
  }

  private static let style = """
    <style>
    .page{fill:#fff}.grid{fill:none;stroke:#dfe3ea}.zero{fill:none;stroke:#7c8698}
    .curve{fill:none;stroke:#2f6fde;stroke-width:2.5;stroke-linejoin:round}.stem{fill:none;stroke:#c2410c;opacity:.35}
    .dot{fill:#c2410c}text{font-family:Helvetica,Arial,sans-serif;font-size:12px;fill:#4a5261}
    .title{font-size:16px;font-weight:bold;fill:#1b2130}.x{text-anchor:middle}.y{text-anchor:end}
    .degree{text-anchor:middle;font-size:10px;fill:#c2410c}
    @media (prefers-color-scheme:dark){
    .page{fill:#14181f}.grid{stroke:#2b323e}.curve{stroke:#6ea3ff}.stem{stroke:#fb923c}.dot,.degree{fill:#fb923c}
    text{fill:#a5aebd}.title{fill:#eef1f6}}
    </style>

    """

  private func x(_ cents: Double) -> Double { Self.left + (Self.right - Self.left) * xAxis.share(cents) }
  private func y(_ value: Double) -> Double { Self.bottom - (Self.bottom - Self.top) * yAxis.share(value) }

  private var axes: String {
    let c = SVGText.coordinate
    var (grid, labels) = ("", "")
    for tick in yAxis.ticks {
      grid += "M\(c(Self.left)) \(c(y(tick)))H\(c(Self.right))"
      labels += SVGText.text(SVGText.number(tick), x: Self.left - 8, y: y(tick) + 4, style: "y")
    }
    for tick in xAxis.ticks {
      grid += "M\(c(x(tick))) \(c(Self.top))V\(c(Self.bottom))"
      labels += SVGText.text(SVGText.number(tick), x: x(tick), y: Self.bottom + 34, style: "x")
    }
    labels += SVGText.text("cents", x: (Self.left + Self.right) / 2, y: Self.bottom + 56, style: "x")
    let zero = "M\(c(Self.left)) \(c(y(0)))H\(c(Self.right))"
    return "<path class=\"grid\" d=\"\(grid)\"/>\n<path class=\"zero\" d=\"\(zero)\"/>\n\(labels)"
  }

  private var curve: String {
    let points = stride(from: 0, through: xAxis.range.upperBound, by: Self.resolution).map { cents in
      "\(SVGText.coordinate(x(cents))) \(SVGText.coordinate(y(consonance.consonance(cents: cents))))"
    }
    return "<path class=\"curve\" d=\"M\(points.joined(separator: "L"))\"/>\n"
  }

  /// The degrees within the picture. Those that repeat the first note lie at 0, where the rules have them.
  private var degrees: String {
    let c = SVGText.coordinate
    var (stems, marks) = ("", "")
    // Labels that would overlap are left out.
    var lastLabel = -Double.infinity
    for degree in 0...tuning.degreeCount {
      let cents = tuning.cents(ofDegree: degree)
      guard xAxis.range.contains(cents) else { continue }
      let value = consonance.consonance(cents: cents, periodInCents: tuning.periodInCents)
      stems += "M\(c(x(cents))) \(c(Self.bottom))V\(c(y(value)))"
      marks += "<circle class=\"dot\" cx=\"\(c(x(cents)))\" cy=\"\(c(y(value)))\" r=\"4\"/>\n"
      guard abs(x(cents) - lastLabel) >= 14 else { continue }
      lastLabel = x(cents)
      marks += SVGText.text(String(degree), x: x(cents), y: Self.bottom + 14, style: "degree")
    }
    return "<path class=\"stem\" d=\"\(stems)\"/>\n\(marks)"
  }
}
