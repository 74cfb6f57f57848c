public import Core
internal import Foundation
internal import Logging

/// What is to be kept of a song and what is to be different, as a listener asks for it.
public struct VariationRequest: Sendable {
  /// `theme`, `section=B`, `part=Bass`, `plan`, `all`.
  public var keep: [String] = []
  /// What is to be different.
  public var change = SongVariation.Change()

  /// The theme stays, everything else is composed again.
  public init() {}
}

/// Songs and styles: what one may do with them.
extension Conductor {
  /// Composes a variation of a song of the library, by the agent that composed that, or, where there is none, by the
  /// policy that is shipped for the style that is most like it. It is written and heard as every
  /// finished piece is.
  ///
  /// - Returns: the piece it is made of; nil if there is none of this number.
  /// - Throws: `DataError` or `ConfigurationError` if what is asked for cannot be; `SongError` if the piece is no song or
  ///   cannot be read, or its agent is gone.
  public func vary(_ id: Int64, _ request: VariationRequest) async throws -> PieceRecord? {
    guard let record = try await library.piece(id) else { return nil }
    let library = library
    let (seed, time) = (RandomSource.drawSeed(), surroundings.date())
    let made = try await maker.perform {
      let study: SongStudy
      do {
        let piece = try library.read(record)
        guard piece.song != nil else { throw SongError.noSong }
        study = try SongStudy(piece, file: "\(library.path(of: record))/piece.json")
      } catch let error as SongError {
        throw error
      } catch {
        throw SongError.unreadable("\(error)")
      }
      try study.requireRoom(transposedBy: request.change.transposition)
      let variation = try SongVariation(
        of: study, keeping: try request.keep.map { try SongKeep($0, of: study) }, change: request.change,
        parentName: record.folder, overlayFile: "vary")
      let count = variation.environment.weightCount
      let agent = library.weights(of: record).flatMap { $0.weights.count == count ? $0 : nil }
      // An answer never had an agent of its own.
      let known = agent?.weights ?? variation.shippedPolicy
      guard !variation.needsPolicy || known != nil else { throw SongError.noAgent }
      let weights = known ?? Array(repeating: 0, count: count)
      let composed = variation.compose(weights: weights, seed: seed, number: 0, population: agent?.population ?? 0)
      return UnwrittenPiece(piece: composed, session: nil, weights: agent, time: time)
    }
    disk.add(made)
    log(.info, "a variation of piece \(record.id)")
    wake()
    return record
  }

  // MARK: Styles

  /// Lets listeners choose among the styles.
  ///
  /// - Parameter load: reads the configuration again, laid over the style that `ChosenStyle` remembers.
  public func offerStyles(_ load: @escaping @Sendable () throws -> (Configuration, String?)) { loadStyled = load }

  /// Composes in another style from the next session on, also in later lives of the daemon; nil: as the configuration says.
  ///
  /// - Throws: `SongError` where no style can be chosen; what the configuration over that style gives.
  public func setStyle(_ style: Style?) async throws {
    guard let loadStyled else { throw SongError.noStyles }
    let before = ChosenStyle.read(library.folder)
    try ChosenStyle.write(style, library.folder)
    do {
      let (configuration, file) = try loadStyled()
      await reload(configuration, file: file)
    } catch {
      try ChosenStyle.write(before, library.folder)
      throw error
    }
  }

  /// The style that is composed in, or waits for this session's end.
  var style: String? { (nextStyled ?? configuration).style }
}

/// What cannot be done with songs and styles.
public enum SongError: Error, Hashable, CustomStringConvertible {
  /// The piece has no plan.
  case noSong
  /// The piece's folder cannot be read: why.
  case unreadable(String)
  /// The weights that composed it are not there.
  case noAgent
  /// The daemon was not given a way to read its configuration again.
  case noStyles

  /// One line.
  public var description: String {
    switch self {
    case .noSong: "the piece is no song"
    case .unreadable(let reason): reason
    case .noAgent: "the agent that composed the piece is gone"
    case .noStyles: "no style can be chosen here"
    }
  }
}

/// The style that a listener chose, in a file of the library's folder.
public enum ChosenStyle {
  private static func path(_ folder: String) -> String { "\(folder)/style" }

  /// What was chosen; nil if nothing was, or it makes no sense.
  public static func read(_ folder: String) -> Style? {
    guard let bytes = try? InputFile.read(path(folder), limit: 100, as: "a style") else { return nil }
    return Style.named(String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines))
  }

  /// Forgets a choice.
  public static func forget(_ folder: String) { try? FileManager.default.removeItem(atPath: path(folder)) }

  /// Remembers a choice; nil for none.
  ///
  /// - Throws: `FileError`.
  static func write(_ style: Style?, _ folder: String) throws {
    guard let style else { return forget(folder) }
    try OutputFile.replace(path(folder), with: Array("\(style.name)\n".utf8))
  }
}
