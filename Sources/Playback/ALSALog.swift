internal import CALSA
internal import Logging

/// alsa-lib's own messages, turned into our log: nothing of its chatter reaches the terminal.
enum ALSALog {
  /// Where they go, at level debug: what matters to a person is said by whoever called alsa-lib and saw it fail.
  private static let logger = PlaybackLog.logger("alsa")

  /// Set up once, by whoever touches alsa-lib first.
  private static let installed: Void = calsa_set_message_handler { message in
    guard let message else { return }
    ALSALog.logger.debug("\(String(cString: message))")
  }

  /// Call before the first call of alsa-lib; later calls cost nothing.
  static func install() { installed }
}
