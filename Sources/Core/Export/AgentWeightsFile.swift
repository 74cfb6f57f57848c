/// `agent_weights_<timestamp>.safetensors`: an agent's weights, for other programs to compose with.
///
/// Of a piano roll's agent tensors `W` (numbers of the observation by rows of the roll) and `b` (rows): probabilities are
/// softmax(observation W + b). The observation is what `agent.observation` says, part after part; W is square if that is
/// the original's. Of another environment's agent its own tensors (`PolicyEnvironment.weightTensors`).
public struct AgentWeightsFile: Sendable, Hashable {
  /// The tensors that the weights are, in their order.
  public var tensors: [WeightTensor]
  /// The agent's flat weights.
  public var weights: [Float]
  /// The run's seed.
  public var seed: UInt64
  /// Populations that had been trained.
  public var population: Int
  /// The candidate's score.
  public var score: Double
  /// SHA-256 of the effective configuration, hexadecimal.
  public var configurationDigest: String

  /// - Precondition: as many weights as the tensors have.
  public init(
    tensors: [WeightTensor], weights: [Float], seed: UInt64, population: Int, score: Double, configurationDigest: String
  ) {
    precondition(weights.count == tensors.reduce(0) { $0 + $1.count })
    self.tensors = tensors
    self.weights = weights
    self.seed = seed
    self.population = population
    self.score = score
    self.configurationDigest = configurationDigest
  }

  /// The agent that a training returns; nil before the first population.
  public init?(_ state: TrainingState, tensors: [WeightTensor], configurationDigest: String) {
    guard let agent = state.agent, agent.weights.count == tensors.reduce(0, { $0 + $1.count }) else { return nil }
    self.init(
      tensors: tensors, weights: agent.weights, seed: state.seed, population: state.population, score: agent.score,
      configurationDigest: configurationDigest)
  }

  /// The file's name.
  public static func name(at time: Timestamp) -> String { "agent_weights_\(time).safetensors" }

  /// The file's bytes.
  public var bytes: [UInt8] {
    var rest = weights[...]
    return Safetensors(
      tensors: tensors.map { tensor in
        defer { rest = rest.dropFirst(tensor.count) }
        return .init(name: tensor.name, shape: tensor.shape, values: .float32(Array(rest.prefix(tensor.count))))
      },
      metadata: TrainingHeader(seed: seed, population: population, configurationDigest: configurationDigest)
        .entries(.agent) + [.init("score", "\(score)")]
    ).bytes
  }

  /// Reads a file.
  ///
  /// - Throws: `FileError` if there is none, `DataError` if it holds no agent.
  public static func read(_ path: String) throws -> AgentWeightsFile {
    try AgentWeightsFile(Safetensors.read(path), file: path)
  }

  private static func shape(of name: String, in tensors: Safetensors) -> String {
    tensors[name].map { "\($0.shape)" } ?? "nothing"
  }

  /// The agent in a safetensors file; `file` is its name for errors.
  public init(_ tensors: Safetensors, file: String) throws(DataError) {
    var weights: [Float] = []
    for tensor in tensors.tensors {
      guard case .float32(let values) = tensor.values else {
        throw DataError(file: file, reason: "\(TextQuoting.printable(tensor.name)): found F64; allowed: F32")
      }
      weights += values
    }
    // Weights of a roll's agent have to fit each other.
    if tensors.tensors.contains(where: { ["W", "b"].contains($0.name) }) || tensors.tensors.isEmpty {
      guard let matrix = tensors["W"], matrix.shape.count == 2,
        case let (parts, rowCount) = (matrix.shape[0], matrix.shape[1]),
        (1...PianoRoll.maximumRowCount).contains(rowCount), parts % rowCount == 0
      else {
        throw DataError(
          file: file,
          reason: "W: found \(Self.shape(of: "W", in: tensors)); allowed: F32, [k * rows, rows] with rows from 1 to "
            + "\(PianoRoll.maximumRowCount)")
      }
      guard tensors["b"]?.shape == [rowCount], tensors.tensors.count == 2, tensors.tensors[0].name == "W" else {
        let names = tensors.tensors.map { TextQuoting.printable($0.name) }.joined(separator: ", ")
        throw DataError(
          file: file,
          reason: "b: found \(Self.shape(of: "b", in: tensors)) in \(names); allowed: F32, [\(rowCount)], behind W")
      }
    }
    guard weights.allSatisfy({ $0.magnitude <= 1e30 }) else {
      throw DataError(file: file, reason: "a weight that is not finite; allowed: up to 1e30 in magnitude")
    }
    let header = try TrainingHeader(tensors, .agent, file: file)
    self.init(
      tensors: tensors.tensors.map { WeightTensor(name: $0.name, shape: $0.shape) }, weights: weights,
      seed: header.seed, population: header.population, score: try tensors.number("score", file: file),
      configurationDigest: header.configurationDigest)
  }
}
