internal import CFluidSynth
internal import CRealtime
internal import Glibc
internal import Logging
internal import Synchronization

/// FluidSynth's messages, and those that GLib prints for it, turned into our log: nothing reaches the terminal by itself.
///
/// On the audio thread they are dropped: logging allocates.
enum FluidSynthLog {
  private static let logger = PlaybackLog.logger("fluidsynth")
  private static let last = Mutex<String?>(nil)

  /// The last message of level error; what `sfload` failed of.
  static var lastError: String? { last.withLock { $0 } }

  /// Before a call whose error is asked for afterwards.
  static func forgetLastError() { last.withLock { $0 = nil } }

  /// Redirects, once in the life of the process.
  static func install() { installed }

  private static let installed: Void = {
    for level in [FLUID_PANIC, FLUID_ERR, FLUID_WARN, FLUID_INFO] {
      fluid_set_log_function(
        Int32(level.rawValue),
        { level, message, _ in FluidSynthLog.receive(message, isError: level <= Int32(FLUID_ERR.rawValue)) }, nil)
    }
    // 150 lines a soundfont.
    fluid_set_log_function(Int32(FLUID_DBG.rawValue), nil, nil)
    redirectGLib()
  }()

  private static func receive(_ message: UnsafePointer<CChar>?, isError: Bool) {
    guard !rt_thread_is_audio(), let message else { return }
    let text = String(cString: message)
    if isError { last.withLock { $0 = text } }
    logger.debug("\(text)")
  }

  private typealias GLogFunction =
    @convention(c) (
      UnsafePointer<CChar>?, Int32, UnsafePointer<CChar>?, UnsafeMutableRawPointer?
    ) -> Void

  /// libinstpatch, which FluidSynth asks about files it cannot read itself, complains through GLib. GLib is there because
  /// FluidSynth's library brings it along; we do not link it ourselves, so its function is looked up.
  private static func redirectGLib() {
    guard let symbol = dlsym(nil, "g_log_set_default_handler") else { return }
    typealias SetHandler = @convention(c) (GLogFunction, UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer?
    let setHandler = unsafeBitCast(symbol, to: SetHandler.self)
    _ = setHandler({ _, _, message, _ in FluidSynthLog.receive(message, isError: false) }, nil)
  }
}
