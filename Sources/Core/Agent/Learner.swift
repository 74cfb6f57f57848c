/// A way to learn: what a `Training` asks, whatever the method.
///
/// Owned by one task, like the training.
protocol Learner: AnyObject {
  /// What has to be kept to continue later.
  var state: TrainingState { get }

  /// Whether nothing is left to do.
  var isOver: Bool { get }

  /// How many finished pieces there are at most; nil for any number.
  var pieceLimit: Int? { get }

  /// Plays, scores and learns from one population.
  func trainPopulation() -> PopulationReport

  /// The best episode of the last population, played again.
  func bestPiece() -> Piece

  /// A test episode, from 0, of the agent that is returned.
  func composePiece(episode: Int) -> Piece

  /// Scores by other coefficients from now on; the best that was seen is scored again.
  func replaceCoefficients(_ coefficients: [String: Double])
}

extension Learner {
  /// There is always more to learn.
  var isOver: Bool { false }
  /// A policy composes without end.
  var pieceLimit: Int? { nil }
}

/// What learners are made with, besides their method's own.
struct LearnerContext {
  var seed: UInt64
  var threads: Int
  var kernels: Kernels
  var threadStart: (@Sendable () -> Void)?
  var work: WorkCounter
  /// Who else learns the same.
  var ranks: any Collective
  /// Of the configuration, for pieces.
  var configurationDigest: String

  /// Where a piece comes from.
  func provenance(population: Int, episode: Int?) -> Provenance {
    Provenance(seed: seed, population: population, episode: episode, configurationDigest: configurationDigest)
  }
}

extension Collection<Double> {
  /// The mean.
  var mean: Double { isEmpty ? 0 : reduce(0, +) / Double(count) }
}

extension Array<Double> {
  /// The `count` highest numbers, in descending order: like `sorted(by: >).prefix(count)`, but the others are not sorted.
  func highest(_ count: Int) -> [Double] {
    var numbers = self
    let wanted = Swift.min(Swift.max(0, count), numbers.count)
    // What is at `open` belongs before or behind the place where the highest end: partitions by three ways.
    var open = numbers.indices
    while open.lowerBound < wanted, wanted < open.upperBound {
      let pivot = numbers[open.lowerBound + open.count / 2]
      var (above, index, below) = (open.lowerBound, open.lowerBound, open.upperBound)
      while index < below {
        if numbers[index] > pivot {
          numbers.swapAt(above, index)
          above += 1
          index += 1
        } else if numbers[index] < pivot {
          below -= 1
          numbers.swapAt(index, below)
        } else {
          index += 1
        }
      }
      if wanted <= above {
        open = open.lowerBound..<above
      } else if wanted >= below {
        open = below..<open.upperBound
      } else {
        break  // the place is among equals
      }
    }
    return numbers.prefix(wanted).sorted(by: >)
  }
}
