import CFuzzer
import Glibc

/// `fuzz PARSER [libFuzzer's options] [CORPUS...]`: gives one parser of foreign bytes whatever bytes libFuzzer thinks of.
///
/// Built and run by `scripts/fuzz`. A parser may refuse, in one line; it may not trap, touch memory that is not its own,
/// or take what it refuses when it writes it itself.
@main
enum Fuzz {
  nonisolated(unsafe) private static var parse: ([UInt8]) throws -> Void = { _ in }

  static func main() {
    guard CommandLine.argc > 1, let name = CommandLine.unsafeArgv[1].map({ String(cString: $0) }),
      let parser = Parsers.all[name]
    else {
      print(Parsers.all.keys.sorted().joined(separator: "\n"))
      return
    }
    parse = parser
    // A configuration may name standard input.
    close(STDIN_FILENO)
    _ = open("/dev/null", O_RDONLY)
    var count = CommandLine.argc - 1
    var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv + 1
    exit(
      LLVMFuzzerRunDriver(&count, &arguments) { data, size in
        do {
          try Fuzz.parse(Array(UnsafeBufferPointer(start: data, count: size)))
        } catch {
          precondition(!"\(error)".isEmpty)
        }
        return 0
      })
  }
}
