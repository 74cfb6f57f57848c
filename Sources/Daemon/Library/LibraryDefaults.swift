internal import Core
internal import Foundation

/// `library_defaults.json`: what a library was made with, so that a later version's defaults delete nothing unasked.
struct LibraryDefaults: Codable, Hashable {
  private static let name = "library_defaults.json"

  /// Megabytes that the pieces may take; nil for any number.
  var megabytes: Double?

  /// nil if there is no such file, or it makes no sense.
  static func read(folder: String) -> LibraryDefaults? {
    guard let bytes = try? InputFile.read("\(folder)/\(name)", limit: 1 << 12, as: "a library's defaults"),
      let defaults = try? JSONDecoder().decode(LibraryDefaults.self, from: Data(bytes)),
      (defaults.megabytes ?? 1).isFinite, (defaults.megabytes ?? 1) > 0
    else { return nil }
    return defaults
  }

  /// Writes today's defaults for a library that is new; for one that is older, that it has none, which is said once, with
  /// what else is new.
  ///
  /// - Throws: `FileError`.
  static func ensure(folder: String, output: String, news: String? = nil, notice: (String) -> Void) throws {
    guard !FileManager.default.fileExists(atPath: "\(folder)/\(name)") else { return }
    let isOld =
      FileManager.default.fileExists(atPath: PieceLibrary.databasePath(folder))
      || ((try? FileManager.default.contentsOfDirectory(atPath: output)) ?? []).contains {
        $0.hasPrefix(PieceLibrary.folderPrefix)
      }
    let limit = DaemonConfiguration.Retention.Megabytes.standard
    if isOld {
      notice(
        "\(folder) was made before libraries had a limit: all its pieces stay; new ones keep \(Int(limit)) MB"
          + " (daemon.retention.megabytes)")
      if let news { notice(news) }
    }
    let bytes = try JSONEncoder().encode(LibraryDefaults(megabytes: isOld ? nil : limit))
    try OutputFile.replace("\(folder)/\(name)", with: Array(bytes + Data("\n".utf8)))
  }
}

extension PieceLibrary {
  /// Megabytes that the pieces may take; nil for any number.
  func megabyteLimit(_ retention: DaemonConfiguration.Retention) -> Double? {
    switch retention.megabytes {
    case .automatic: standardMegabytes
    case .unlimited: nil
    case .limit(let megabytes): megabytes
    }
  }

  /// Megabytes that are free where the pieces are; nil if the system does not say.
  func freeMegabytes() -> Double? {
    var status = statvfs()
    guard statvfs(output, &status) == 0 else { return nil }
    return Double(status.f_bavail) * Double(status.f_frsize) / 1e6
  }
}
