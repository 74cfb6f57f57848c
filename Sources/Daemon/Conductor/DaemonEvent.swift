internal import Core
public import Foundation
public import Logging

#if Playback
  public import Playback
#endif

/// What the daemon tells whoever listens, as it happens.
public enum DaemonEvent: Sendable, Hashable {
  /// A population was trained.
  case population(PopulationState)
  /// A piece was added to the library.
  case piece(PieceRecord)
  /// Something was said of a piece: rated, kept.
  case pieceChanged(PieceRecord)
  /// A piece is gone.
  case pieceDeleted(Int64)
  /// What is being heard, or where it stands.
  case player(PlayerState)
  /// What is heard through came or went.
  case device(DeviceState)
  #if Playback
    /// From a moment of the stream on, something else is heard in it.
    case stream(StreamMark)
  #endif
  /// The rules' weights are others now.
  case rules([RuleWeight])
  /// The daemon does something else now.
  case status(DaemonStatus)
  /// A melody was answered, or could not be.
  case answer(AnswerState)
  /// A knob was learnt, is being learnt, or no more.
  case controls(ControlsState)
  /// A line of the log.
  case log(LogLine)
}

/// A population of the running session.
public struct PopulationState: Sendable, Hashable, Codable {
  /// The session; nil while the library cannot number it.
  public var session: Int64?
  /// The population, from 1.
  public var population: Int
  /// Populations the session has in all.
  public var populations: Int
  /// Average score of the elite.
  public var eliteMean: Double
  /// Score of the best candidate so far, by the weights in force.
  public var best: Double
  /// Average score of all candidates.
  public var populationMean: Double
  /// Environment steps a second.
  public var stepsPerSecond: Double
}

/// What is being heard.
public struct PlayerState: Sendable, Hashable, Codable {
  /// The piece's number in the library; nil for what is not in it, or in silence.
  public var piece: Int64?
  /// What people call it; nil for what is not in the library.
  public var name: String?
  /// What it is to the listener; nil in silence.
  public var title: String?
  /// Its score.
  public var score: Double?
  /// The rules' parts in it; nil in silence.
  public var scores: [PieceRecord.RuleScore]?
  /// Seconds that have reached the listener.
  public var seconds: Double
  /// Its length, seconds.
  public var length: Double
  /// Seconds a step lasts.
  public var stepSeconds: Double
  /// The roll that is heard: the rows of the TSV's order as text of 0 and 1; nil if it is the same as in the event before.
  public var roll: [String]?
  /// What the rows sound as, the nearest keys' names; with the roll.
  public var pitches: [String]?
  /// Steps of a bar.
  public var barSteps: Int
  /// The parts that are heard; nil for a roll's one, and with `roll`.
  public var parts: [PartView]?
  /// Whether it is a song, of which more can be asked.
  public var isSong = false
  /// Pieces that wait.
  public var waitingCount: Int
  /// Whether it is held.
  public var isPaused: Bool
  /// Loudness, 0...1.
  public var volume: Double
}

/// What pieces are heard through.
public struct DeviceState: Sendable, Hashable, Codable {
  /// What the configuration, or the user, asked for: `auto`, `alsa:hw:0`.
  public var target: String
  /// `sine` or `fluidsynth`.
  public var synthesizer: String
  /// The soundfont; nil for the one that is found.
  public var soundfont: String?
  /// What of the training is heard.
  public var follow: String
  /// Whether something can be heard now.
  public var isOpen: Bool
  /// Times it ran dry since it was opened.
  public var xruns: Int = 0
  /// Those who hear it as a stream.
  public var listeners: Int = 0
  /// The last thing there was to say about it.
  public var message: String?
  /// Parts, counted from 0, that are not heard.
  public var muted: [Int] = []
}

/// A rule's weight and how far it may be moved.
public struct RuleWeight: Sendable, Hashable, Codable {
  /// The rule's name in the configuration.
  public var rule: String
  /// What its score is multiplied by now.
  public var weight: Double
  /// The configuration's coefficient: where it began.
  public var coefficient: Double
  /// The least weight that may be set.
  public var lower: Double
  /// The greatest weight that may be set.
  public var upper: Double
}

/// What the daemon does.
public struct DaemonStatus: Sendable, Hashable, Codable {
  /// What it does now.
  public enum Phase: String, Sendable, Hashable, Codable {
    /// An agent is being trained.
    case training
    /// An agent composes.
    case composing
    /// Held; `start` goes on.
    case paused
    /// The session was left; `start` goes on with it.
    case stopped
    /// Waits until a piece is wanted.
    case waiting
    /// Waits for the disk: it is nearly full, or does not take the finished pieces.
    case blocked
    /// On its way out.
    case ending
  }

  /// What it does now.
  public var phase: Phase
  /// The session; nil while the library cannot number it, or before the first.
  public var session: Int64?
  /// The session's seed.
  @TextInJSON public var seed: UInt64?
  /// The piece whose weights the session began with.
  public var origin: Int64?
  /// Populations trained.
  public var population: Int
  /// Populations in all.
  public var populations: Int
  /// The best score so far.
  public var best: Double?
  /// Environment steps a second, lately.
  public var stepsPerSecond: Double
  /// Finished pieces that could not be written yet.
  public var unwrittenCount: Int
  /// What is wrong now, a line each.
  public var problems: [String]
  /// The configuration's file; nil for the default one.
  public var configurationFile: String?
  /// The configuration's digest.
  public var configurationDigest: String
  /// Whether ratings move the weights.
  public var isSteering: Bool
  /// Process number.
  public var process: Int32
  /// When the daemon began.
  public var started: Date
  /// The program's version.
  public var version = Program.version
}

/// A line of the log.
public struct LogLine: Sendable, Hashable, Encodable {
  /// How important it is.
  public var level: Logger.Level
  /// What it says.
  public var text: String
}
