/// A training that can go on: its state, its curve, and which configuration it belongs to; a safetensors file.
///
/// Tensors: `mean` F64 [weights], `best` F32 [weights] (absent before the first population), `curve` F64
/// [populations kept, 5] with population, elite mean, best, population mean, environment steps. Of the policy gradient
/// `mean` holds the weights themselves, and there are Adam's running means, `gradient_mean` and `gradient_square`, F32
/// [weights].
public struct Checkpoint: Sendable, Equatable {
  /// What the training remembers.
  public var state: TrainingState
  /// What its populations came to.
  public var curve: TrainingCurve
  /// Digest of its configuration.
  public var configurationDigest: String

  /// A checkpoint of these parts.
  public init(state: TrainingState, curve: TrainingCurve, configurationDigest: String) {
    self.state = state
    self.curve = curve
    self.configurationDigest = configurationDigest
  }

  /// The file's contents: the same checkpoint is the same bytes.
  public var bytes: [UInt8] {
    var tensors = [
      Safetensors.Tensor(name: "mean", shape: [state.mean.count], values: .float64(state.mean))
    ]
    var metadata = TrainingHeader(
      seed: state.seed, population: state.population, configurationDigest: configurationDigest
    ).entries(.checkpoint)
    if let best = state.best {
      tensors.append(.init(name: "best", shape: [best.weights.count], values: .float32(best.weights)))
      metadata += [
        .init("best_score", "\(best.score)"), .init("best_population", "\(best.population)"),
        .init("best_candidate", "\(best.candidate)"), .init("best_episode", "\(best.episode)"),
      ]
    }
    if let optimizer = state.optimizer {
      let (means, squares) = (optimizer.adam.means, optimizer.adam.squares)
      tensors.append(.init(name: "gradient_mean", shape: [means.count], values: .float32(means)))
      tensors.append(.init(name: "gradient_square", shape: [squares.count], values: .float32(squares)))
      metadata += [
        .init("method", AgentConfiguration.Method.policyGradient.rawValue),
        .init("updates", "\(optimizer.adam.updates)"), .init("score", "\(optimizer.score)"),
        .init("annealing_populations", "\(optimizer.annealingPopulations)"),
      ]
    }
    let reports = curve.reports
    tensors.append(.init(name: "curve", shape: [reports.count, 5], values: .float64(reports.flatMap(Self.row))))
    return Safetensors(tensors: tensors, metadata: metadata).bytes
  }

  private static func row(_ report: PopulationReport) -> [Double] {
    [
      Double(report.population), report.eliteMean, report.best, report.populationMean, Double(report.environmentSteps),
    ]
  }

  /// How it was learnt.
  public var method: AgentConfiguration.Method { state.optimizer == nil ? .crossEntropy : .policyGradient }

  /// Reads a checkpoint.
  ///
  /// - Throws: `FileError` if there is none, `DataError` if it is malformed.
  public static func read(_ path: String) throws -> Checkpoint {
    try Checkpoint(Safetensors.read(path), file: path)
  }

  /// A checkpoint of a file's bytes; `file` is its name for errors.
  public init(bytes: [UInt8], file: String) throws(DataError) {
    try self.init(Safetensors(bytes, file: file), file: file)
  }

  init(_ tensors: Safetensors, file: String) throws(DataError) {
    let header = try TrainingHeader(tensors, .checkpoint, file: file)
    guard case .float64(let mean) = tensors["mean"]?.values else {
      throw DataError(file: file, reason: "mean: allowed: F64, [weights]")
    }
    state = TrainingState(seed: header.seed, population: header.population, mean: mean, best: nil)
    if case .float32(let weights) = tensors["best"]?.values {
      state.best = BestCandidate(
        score: try tensors.number("best_score", file: file), weights: weights,
        population: try tensors.count("best_population", file: file),
        candidate: try tensors.count("best_candidate", file: file),
        episode: try tensors.count("best_episode", file: file))
    }
    if tensors.text("method") == AgentConfiguration.Method.policyGradient.rawValue {
      guard case .float32(let means) = tensors["gradient_mean"]?.values,
        case .float32(let squares) = tensors["gradient_square"]?.values
      else { throw DataError(file: file, reason: "has no gradient_mean or gradient_square; allowed: both, F32") }
      state.optimizer = OptimizerState(
        adam: Adam(updates: try tensors.count("updates", file: file), means: means, squares: squares),
        score: try tensors.number("score", file: file),
        annealingPopulations: try tensors.count("annealing_populations", file: file))
    }
    curve = try Self.curve(tensors, file: file)
    guard (curve.last?.population ?? 0) == state.population else {
      throw DataError(file: file, reason: "its curve does not end at population \(state.population)")
    }
    configurationDigest = header.configurationDigest
  }

  private static func curve(_ tensors: Safetensors, file: String) throws(DataError) -> TrainingCurve {
    let malformed = DataError(file: file, reason: "curve: allowed: F64, [populations, 5], populations in order")
    guard let tensor = tensors["curve"], tensor.shape.count == 2, tensor.shape[1] == 5,
      case .float64(let values) = tensor.values
    else { throw malformed }
    var reports: [PopulationReport] = []
    for start in stride(from: 0, to: values.count, by: 5) {
      guard let population = Int(exactly: values[start]), let steps = Int(exactly: values[start + 4]),
        population > (reports.last?.population ?? 0), population <= 1 << 40, steps >= 0
      else { throw malformed }
      reports.append(
        PopulationReport(
          population: population, eliteMean: values[start + 1], best: values[start + 2],
          populationMean: values[start + 3], environmentSteps: steps))
    }
    return TrainingCurve(reports)
  }
}
