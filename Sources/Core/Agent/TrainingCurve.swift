/// What a training's populations came to, from the first to the last, in bounded memory.
///
/// Beyond the limit every second population is left out, again and again; which ones stay depends on nothing but their
/// number, so an interrupted training and an uninterrupted one end with the same curve.
public struct TrainingCurve: Sendable, Equatable {
  /// The most populations that are kept, besides the last.
  public static let limit = 1 << 14

  private var kept: [PopulationReport] = []
  private var stride = 1
  /// The last population; nil before the first.
  public private(set) var last: PopulationReport?

  /// A curve without populations.
  public init() {}

  /// A curve of populations in their order.
  public init(_ reports: some Sequence<PopulationReport>) {
    for report in reports { append(report) }
  }

  /// The populations that are kept, the last one always.
  public var reports: [PopulationReport] {
    guard let last, kept.last != last else { return kept }
    return kept + [last]
  }

  /// Adds the next population.
  public mutating func append(_ report: PopulationReport) {
    last = report
    guard (report.population - 1) % stride == 0 else { return }
    kept.append(report)
    if kept.count > Self.limit {
      stride *= 2
      kept.removeAll { ($0.population - 1) % stride != 0 }
    }
  }
}
