import Core
import Foundation
import Glibc
import Synchronization

/// Results for programs and people: one write a line, so that a reader at the other end of a pipe has it at once.
enum StandardOutput {
  /// `errno` of the first write that failed, 0 while none has.
  private static let failure = Atomic<Int32>(0)

  static func writeLine(_ text: String) {
    let code = write(text + "\n", to: STDOUT_FILENO)
    // A reader that has seen enough is no failure: the files are the product.
    if code != 0, code != EPIPE { failure.store(code, ordering: .relaxed) }
  }

  /// - Throws: `FileError` if something could not be written.
  static func check() throws {
    let code = failure.load(ordering: .relaxed)
    if code != 0 { throw FileError(.cannotCreate, path: "standard output", errno: code) }
  }
}

/// Progress and diagnostics; where they cannot be written, the work goes on.
enum StandardError {
  /// `rlmusician: TEXT`, whatever is in the text.
  static func writeLine(_ text: String) { write("rlmusician: \(TextQuoting.printable(text))\n") }

  /// The text as it is.
  static func write(_ text: String) { _ = rlmusician.write(text, to: STDERR_FILENO) }

  /// Takes the place of the line that is there: never wider than the terminal, so that it stays one line.
  static func rewriteLine(_ text: String) { write("\r\u{1B}[K\(text.prefix(max(0, width - 1)))") }

  /// Whether lines may be drawn over and in colour: on a terminal that can, for a person who wants it
  /// (https://no-color.org).
  static let isDrawable: Bool = {
    let environment = ProcessInfo.processInfo.environment
    let kind = environment["TERM"] ?? ""
    return isatty(STDERR_FILENO) == 1 && !kind.isEmpty && kind != "dumb" && (environment["NO_COLOR"] ?? "").isEmpty
  }()

  /// Columns of the terminal.
  static var width: Int {
    var size = winsize()
    return ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0 ? Int(size.ws_col) : 80
  }
}

/// Keeps the numbers of the three streams taken: whoever starts the program with one of them closed would else find its
/// lines in the first file that is opened. What takes a stream's place cannot be written, so that this stays a fault.
func reserveStandardStreams() {
  for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) < 0 {
    _ = open("/dev/null", O_RDONLY)
  }
}

/// - Returns: 0, or the `errno` of what stopped it.
private func write(_ text: String, to descriptor: Int32) -> Int32 {
  var text = text
  return text.withUTF8 { bytes in
    var written = 0
    while written < bytes.count {
      let count = Glibc.write(descriptor, bytes.baseAddress! + written, bytes.count - written)
      if count > 0 { written += count } else if errno != EINTR { return errno }
    }
    return 0
  }
}
