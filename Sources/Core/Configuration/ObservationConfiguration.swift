/// `agent.observation` of the configuration: what the policy of a piano roll sees when it draws a cell.
///
/// Every part is a vector of one number a row. `rlmusician environment` has an observation of its own, the original's.
public struct ObservationConfiguration: Sendable, Hashable {
  /// `decayed_columns`: the sum of all columns so far, each weighted by `observation_decay` a step that it lies back; all
  /// that the original's agent saw.
  public var hasDecayedColumns: Bool
  /// `current_column`: the cells drawn in the current column.
  public var hasCurrentColumn: Bool
  /// `previous_columns`: how many columns before it are seen one by one.
  public var previousColumns: Int

  /// What the original's agent saw.
  public static let original = ObservationConfiguration(
    hasDecayedColumns: true, hasCurrentColumn: false, previousColumns: 0)

  /// Whether it is what the original's agent saw.
  public var isOriginal: Bool { self == .original }

  /// Vectors of one number a row.
  public var partCount: Int { (hasDecayedColumns ? 1 : 0) + (hasCurrentColumn ? 1 : 0) + previousColumns }

  /// Weights of a linear-softmax policy: a row of W for every number it sees, and b.
  public func weightCount(rowCount: Int) -> Int { (partCount * rowCount + 1) * rowCount }

  /// An observation of these parts.
  public init(hasDecayedColumns: Bool, hasCurrentColumn: Bool, previousColumns: Int) {
    self.hasDecayedColumns = hasDecayedColumns
    self.hasCurrentColumn = hasCurrentColumn
    self.previousColumns = previousColumns
  }

  init(_ section: ConfigurationSection, method: AgentConfiguration.Method) throws(ConfigurationError) {
    let isOriginal = method == .crossEntropy
    hasDecayedColumns = try section.boolean("decayed_columns", default: true)
    hasCurrentColumn = try section.boolean("current_column", default: !isOriginal)
    previousColumns = try section.integer("previous_columns", default: isOriginal ? 0 : 2, in: 0...16)
  }
}
