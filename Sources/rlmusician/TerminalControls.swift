#if Playback
  import CRealtime
  import Core
  import Foundation
  import Playback

  /// The line on the terminal that says what is heard, and the keys: space, n, + and -, q.
  ///
  /// Only where standard input is a terminal and standard error can be drawn on; elsewhere each piece is one line on standard error.
  struct TerminalControls {
    /// How listening ended.
    enum Ending { case heard, quit }

    private static let keys = "[space] pause  [n]ext  [+/-] volume  [q]uit"
    private let isTerminal = isatty(STDIN_FILENO) == 1 && StandardError.isDrawable

    /// Shows the line and obeys the keys until the player is silent, the listener quits or a signal comes.
    ///
    /// - Parameters:
    ///   - isBusy: Whether more pieces may come; silence is no end then.
    ///   - isStopping: Asked ten times a second; true ends the listening.
    func run(
      _ player: Player, isBusy: @Sendable () -> Bool = { false }, isStopping: @Sendable () -> Bool
    ) async -> Ending {
      let isOver = AtomicFlag()
      var draining: Task<Void, Never>?
      if isTerminal { rt_terminal_begin_keys() }
      defer {
        if isTerminal {
          rt_terminal_end_keys()
          StandardError.rewriteLine("")
        }
        draining?.cancel()
      }
      var lastTitle: String?
      while !isOver.isSet {
        if isStopping() { return .quit }
        if draining == nil, !isBusy() {
          draining = Task {
            await player.drain()
            isOver.set()
          }
        }
        let status = await player.status
        if isTerminal {
          let line = status.title == nil ? "" : "\(status.line)  \(Self.keys)"
          StandardError.rewriteLine(line)
          if await obey(player) { return .quit }
        } else if let title = status.title, title != lastTitle {
          lastTitle = title
          let score = status.score.map { ", score \((10 * $0).rounded() / 10)" } ?? ""
          StandardError.write("playing \(title)\(score)\n")
        }
        try? await Task.sleep(for: .milliseconds(isTerminal ? 50 : 100))
      }
      return .heard
    }

    /// Does what the keys say that were pressed since the last call.
    ///
    /// - Returns: true if the listener quits.
    private func obey(_ player: Player) async -> Bool {
      while true {
        let key = rt_terminal_key()
        if key < 0 { return false }
        switch UnicodeScalar(UInt8(truncatingIfNeeded: key)) {
        case " ", "p": await player.control(.pause)
        case "n": await player.control(.next)
        case "+", "=": await player.control(.volume(0.1))
        case "-", "_": await player.control(.volume(-0.1))
        case "q", "\u{4}":
          await player.control(.stop)
          return true
        default: break
        }
      }
    }
  }
#endif
