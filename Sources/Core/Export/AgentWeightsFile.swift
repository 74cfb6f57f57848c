/// `agent_weights_<timestamp>.safetensors`: the weights of the linear-softmax actor, for other programs to compose with.
///
/// Tensors `W` (rows of the observation by actions) and `b` (actions): probabilities are softmax(observation W + b).
public struct AgentWeightsFile: Sendable, Hashable {
  /// Rows of the roll.
  public var rowCount: Int
  /// The actor's flat weights: W row by row, then b.
  public var weights: [Float]
  /// The run's seed.
  public var seed: UInt64
  /// Populations that had been trained.
  public var population: Int
  /// The candidate's score.
  public var score: Double
  /// SHA-256 of the effective configuration, hexadecimal.
  public var configurationDigest: String

  /// - Precondition: `rowCount * rowCount + rowCount` weights.
  public init(
    rowCount: Int, weights: [Float], seed: UInt64, population: Int, score: Double, configurationDigest: String
  ) {
    precondition(weights.count == rowCount * rowCount + rowCount)
    self.rowCount = rowCount
    self.weights = weights
    self.seed = seed
    self.population = population
    self.score = score
    self.configurationDigest = configurationDigest
  }

  /// The file's name.
  public static func name(at time: Timestamp) -> String { "agent_weights_\(time).safetensors" }

  /// The file's bytes.
  public var bytes: [UInt8] {
    let matrix = Array(weights[..<(rowCount * rowCount)])
    let bias = Array(weights[(rowCount * rowCount)...])
    return Safetensors(
      tensors: [
        .init(name: "W", shape: [rowCount, rowCount], values: .float32(matrix)),
        .init(name: "b", shape: [rowCount], values: .float32(bias)),
      ],
      metadata: [
        .init("format", "rl-musician agent"), .init("program_version", Program.version), .init("seed", "\(seed)"),
        .init("population", "\(population)"), .init("score", "\(score)"),
        .init("configuration_digest", configurationDigest),
      ]
    ).bytes
  }

  /// Reads a file.
  ///
  /// - Throws: `FileError` if there is none, `DataError` if it holds no agent.
  public static func read(_ path: String) throws -> AgentWeightsFile {
    try AgentWeightsFile(Safetensors.read(path), file: path)
  }

  /// The agent in a safetensors file; `file` is its name for errors.
  public init(_ tensors: Safetensors, file: String) throws(DataError) {
    guard let matrix = tensors["W"], matrix.shape.count == 2, matrix.shape[0] == matrix.shape[1],
      (1...PianoRoll.maximumRowCount).contains(matrix.shape[0]), case .float32(let weights) = matrix.values
    else {
      throw DataError(
        file: file, reason: "W: allowed: F32, [rows, rows] with rows from 1 to \(PianoRoll.maximumRowCount)")
    }
    let rowCount = matrix.shape[0]
    guard let bias = tensors["b"], bias.shape == [rowCount], case .float32(let biases) = bias.values else {
      throw DataError(file: file, reason: "b: allowed: F32, [\(rowCount)]")
    }
    guard (weights + biases).allSatisfy({ $0.magnitude <= 1e30 }) else {
      throw DataError(file: file, reason: "a weight that is not finite; allowed: up to 1e30 in magnitude")
    }
    guard tensors.text("format") == "rl-musician agent", let seed = tensors.text("seed").flatMap({ UInt64($0) }),
      let population = tensors.text("population").flatMap({ Int($0) }), population >= 0,
      let score = tensors.text("score").flatMap({ Double($0) }), score.isFinite,
      let digest = tensors.text("configuration_digest")
    else {
      throw DataError(
        file: file, reason: "metadata: allowed: an rl-musician agent's seed, population, score and configuration_digest"
      )
    }
    self.init(
      rowCount: rowCount, weights: weights + biases, seed: seed, population: population, score: score,
      configurationDigest: digest)
  }
}
