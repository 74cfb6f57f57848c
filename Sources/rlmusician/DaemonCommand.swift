import ArgumentParser
import CRealtime
import Core
import Daemon
import CDispatch
import Foundation
import Logging
import ServiceLifecycle
import UnixSignals

#if Playback
  import Playback
#endif

/// `rlmusician daemon`: composes without end.
struct DaemonCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "daemon",
    abstract: "Composes without end into a library, and plays; controlled from systemd, a browser or a shell.",
    discussion: """
      Everything is in the configuration's section daemon. SIGTERM ends it within 5 seconds with a checkpoint; the next \
      start goes on. SIGHUP reads the configuration again; one with a fault is refused and the old one stays. Without \
      a sound device it writes files, and takes a device up when one appears.
      """)

  @OptionGroup var config: ConfigurationOption
  @OptionGroup var style: StyleOption

  @Option(
    help: ArgumentHelp("Folder of the library; without it the configuration's daemon.library.", valueName: "folder"))
  var library: String?

  @OptionGroup var playback: PlaybackOptions

  func validate() throws {
    var status = stat()
    if let path = config.path, path == "-" || stat(path, &status) == 0 && status.st_mode & S_IFMT != S_IFREG {
      throw ValidationError(
        "--config: found '\(TextQuoting.printable(path))'; allowed: a regular file, which SIGHUP reads again")
    }
    try requireFolder(library, of: "--library")
  }

  /// Enough that trainers, requests and sound rarely wait for each other; the audio thread allocates nothing.
  private static let memoryArenas: Int32 = 2

  func run() async throws {
    rt_limit_memory_arenas(Self.memoryArenas)
    try await reportingFaults {
      let configuration = try load(isStart: true)
      for warning in configuration.warnings { StandardError.writeLine(warning) }
      // Whoever reads the log may leave.
      signal(SIGPIPE, SIG_IGN)
      LoggingSystem.bootstrap { label in JournalLogHandler(label: label) }
      let logger = Logger(label: "daemon")
      let settings = configuration.daemon
      if let warning = ControlServer.tokenWarning(settings, file: config.path) {
        logger.warning("\(TextQuoting.printable(warning))")
      }
      let news =
        configuration.isStyleImplied
        ? "songs are composed unless the configuration says otherwise; the piano rolls of before: --style original"
        : nil
      let pieces = try PieceLibrary(
        folder: settings.library, output: settings.outputFolder, access: .owner, news: news
      ) { line in
        logger.warning("\(TextQuoting.printable(line))")
      }
      let conductor = Conductor(
        configuration: configuration, file: config.path, library: pieces, logger: logger)
      await conductor.offerStyles { try (load(), config.path) }
      let control = ControlServer(conductor: conductor, configuration: settings, logger: logger)
      let service = ConductorService(conductor) {
        let reloaded = try load()
        control.adopt(reloaded.daemon)
        return (reloaded, config.path)
      }
      var quiet = Logger(label: "services")
      quiet.logLevel = .error
      let group = ServiceGroup(
        configuration: .init(
          services: [
            .init(service: service, successTerminationBehavior: .gracefullyShutdownGroup),
            .init(service: control, successTerminationBehavior: .gracefullyShutdownGroup),
          ],
          gracefulShutdownSignals: [.sigterm, .sigint], logger: quiet))
      try await group.run()
    }
  }

  /// The configuration with what was said on the command line.
  private func load(isStart: Bool = false) throws -> Configuration {
    var configuration = try Configuration(path: config.path, style: style.style, fallback: .programDefault)
    let folder = library ?? configuration.daemon.library
    // What a listener chose in an earlier life gives way to the command line, in this life it goes before.
    if isStart, style.style != nil { ChosenStyle.forget(folder) }
    if let chosen = ChosenStyle.read(folder) {
      configuration = try Configuration(path: config.path, style: chosen)
    }
    try configuration.checkComposable()
    try configuration.checkMemory()
    if let library {
      configuration.daemon.library = library
      configuration.daemon.output = nil
    }
    try configuration.daemon.http.readToken(
      credentials: ProcessInfo.processInfo.environment["CREDENTIALS_DIRECTORY"])
    configuration.playback = playback.applied(to: configuration.playback)
    #if Playback
      try Player.checkSoundfont(configuration.playback)
    #endif
    return configuration
  }
}
