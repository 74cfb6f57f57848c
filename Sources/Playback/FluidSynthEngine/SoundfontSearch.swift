internal import Core
internal import Foundation

/// Where a soundfont comes from when FluidSynth is to play: who names one gets that one or an error; else the usual
/// folders are looked through, and in the end there is the program's own.
struct SoundfontSearch {
  /// The variable that names a soundfont.
  static let variable = "RLMUSICIAN_SOUNDFONT"

  var environment: [String: String] = ProcessInfo.processInfo.environment
  /// The folders of Debian (sounds/sf2, sounds/sf3), Arch and Fedora (soundfonts).
  var systemFolders = ["/usr/local/share", "/usr/share"].flatMap {
    ["\($0)/soundfonts", "\($0)/sounds/sf2", "\($0)/sounds/sf3"]
  }

  /// The font that option, configuration or environment name.
  func named(_ path: String?) -> String? {
    if let path, !path.isEmpty { return path }
    guard let path = environment[Self.variable], !path.isEmpty else { return nil }
    return path
  }

  /// The user's folder, then the system's.
  var folders: [String] {
    let home = environment["HOME"] ?? "/"
    let data = environment["XDG_DATA_HOME"].flatMap { $0.isEmpty ? nil : $0 } ?? "\(home)/.local/share"
    return ["\(data)/soundfonts"] + systemFolders
  }

  /// Every font in the folders, the one to try first first: the folders' order, then what distributions call the
  /// default, then .sf2 before .sf3 (whose samples have to be decompressed for seconds), then the alphabet.
  func candidates() -> [String] {
    folders.flatMap { folder in
      let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
      return names.filter { Self.rank($0) != nil }
        .sorted { (Self.rank($0) ?? 9, $0) < (Self.rank($1) ?? 9, $1) }
        .map { "\(folder)/\($0)" }
    }
  }

  private static func rank(_ name: String) -> Int? {
    // Our own, as a file that was installed for other programs: the last resort, which needs no file.
    if name == OwnSoundfont.fileName { return nil }
    let lower = name.lowercased()
    if lower == "default.sf2" || lower == "default-gm.sf2" { return 0 }
    if lower.hasSuffix(".sf2") { return 1 }
    return lower.hasSuffix(".sf3") ? 2 : nil
  }

  /// An engine with the font that is named, or with the first in the folders that can be used, or with our own.
  ///
  /// - Parameters:
  ///   - path: The font's file, if one is named.
  ///   - sampleRate: Frames per second.
  ///   - programs: Those that will be wanted; see `FluidSynthEngine`.
  ///   - notice: Gets a line about each font that had to be passed over, and what the engine has to say.
  /// - Throws: `FileError` or `DataError` about a font that was named.
  func engine(
    named path: String?, sampleRate: Int, programs: [Int], notice: @escaping @Sendable (String) -> Void
  ) throws -> FluidSynthEngine {
    if let path = named(path) {
      return try FluidSynthEngine(
        sampleRate: sampleRate, soundfont: Soundfont(path: path), programs: programs, notice: notice)
    }
    var tried: Set<String> = []
    for path in candidates() {
      // Distributions link the default to one of the others.
      guard tried.insert(URL(filePath: path).resolvingSymlinksInPath().path).inserted else { continue }
      do {
        return try FluidSynthEngine(
          sampleRate: sampleRate, soundfont: Soundfont(path: path), programs: programs, notice: notice)
      } catch {
        notice("\(error); it is passed over")
      }
    }
    return try OwnSoundfont.withFile { soundfont in
      try FluidSynthEngine(sampleRate: sampleRate, soundfont: soundfont, programs: programs, notice: notice)
    }
  }
}
