import Foundation
import Testing

@testable import Core

/// The default file with random damage: it loads, or there is one line that says why not. It never traps.
///
/// `RLMUSICIAN_FUZZ=100000` tries as many files instead of a few.
@Suite struct ConfigurationFuzzTests {
  private static let splices = [
    ":", ": ", "- ", "[", "]", "{", "}", "'", "\"", "#", "&a ", "*a", "!", "!!int ", "|", ">", "?", "? ", "\n", "\n\n",
    "\t", " ",
    "~", "null", "0", "-1", "1e9", "1e309", "0x7fffffffffffffff", "9223372036854775807", "-9223372036854775808", ".inf",
    ".nan",
    "---\n", "...\n", "<<: ", "%", "@", "`", "\u{e9}", "\u{1F3B5}", "\u{85}", "\u{2028}", "\r", "\\", "true",
    "[1, 2, 3]",
    "{a: b}", "19edo", "auto", "C-1", "65792",
  ]

  @Test(.timeLimit(.minutes(10))) func damagedFilesAreReadOrRefusedInOneLine() throws {
    let count = ProcessInfo.processInfo.environment["RLMUSICIAN_FUZZ"].flatMap(Int.init) ?? 400
    let original = Array(Configuration.defaultText.unicodeScalars.filter { $0.isASCII })
    var random = RandomSource(seed: 7, purpose: .actions, population: 0, candidate: 0)
    var refused = 0
    for _ in 0..<count {
      var scalars = original
      for _ in 0...Int.random(in: 0..<4, using: &random) {
        let start = Int.random(in: 0..<scalars.count, using: &random)
        let end = min(scalars.count, start + Int.random(in: 0..<12, using: &random))
        let splice = Self.splices[Int.random(in: 0..<Self.splices.count, using: &random)]
        scalars.replaceSubrange(start..<end, with: splice.unicodeScalars)
      }
      var text = String.UnicodeScalarView()
      text.append(contentsOf: scalars)
      do {
        let configuration = try Configuration(text: String(text), file: "c.yml")
        let again = try Configuration(text: configuration.effectiveText, file: "effective.yml")
        #expect(again.digest == configuration.digest, "\(String(text))")
      } catch let error as ConfigurationError {
        refused += 1
        #expect(error.file == "c.yml", "\(error)\n\(String(text))")
        let line = "\(error)"
        #expect(!line.unicodeScalars.contains { $0.value < 32 } && line.utf8.count < 4000)
      }
    }
    #expect((1..<count).contains(refused))
  }
}
