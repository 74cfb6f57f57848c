import Foundation
import Testing

@testable import Core

@Suite struct PianoRollTSVTests {
  @Test func writesTabsAndLineBreaks() throws {
    let roll = try #require(PianoRoll(rowTexts: ["010", "101"]))
    #expect(PianoRollTSV.text(roll) == "0\t1\t0\n1\t0\t1\n")
  }

  @Test func readsWhatItWritesAtEverySize() throws {
    for (rows, steps) in [(1, 1), (25, 33), (65, 2), (256, 4096)] {
      var roll = PianoRoll(rowCount: rows, stepCount: steps)
      for step in 0..<steps { roll[step % rows, step] = true }
      let bytes = Array(PianoRollTSV.text(roll).utf8)
      #expect(bytes.count <= PianoRollTSV.maximumByteCount)
      #expect(try PianoRollTSV.parse(bytes, file: "roll.tsv") == roll)
    }
  }

  @Test(arguments: [
    "0\t1\n1\t0\n", "0\t1\n1\t0", "0\t1\r\n1\t0\r\n", "0\t1\t\n1\t0\t\n", "0\t1\t\r\n1\t0\n\n\r\n",
    "\u{FEFF}0\t1\n1\t0\n",
  ])
  func readsGenerously(text: String) throws {
    #expect(try PianoRollTSV.parse(Array(text.utf8), file: "roll.tsv").rowTexts == ["01", "10"])
  }

  @Test(arguments: [
    ("", "roll.tsv: empty; a piano roll has at least one row"),
    ("\n\r\n", "roll.tsv: empty; a piano roll has at least one row"),
    ("\u{FEFF}", "roll.tsv: empty; a piano roll has at least one row"),
    ("0\t1\n1\n", "roll.tsv:2: 1 cell, but the lines above have 2"),
    ("0\t1\n1\t0\t0\n", "roll.tsv:2: 3 cells, but the lines above have 2"),
    ("0\t1\n\n0\t1\n", "roll.tsv:2: a blank line between rows"),
    ("0\t2\n", "roll.tsv:1: cell 2: found '2'; allowed: 0 or 1, tabs between cells"),
    ("0\t-1\n", "roll.tsv:1: cell 2: found '-1'; allowed: 0 or 1, tabs between cells"),
    ("0\t1.0\n", "roll.tsv:1: cell 2: found '1.0'; allowed: 0 or 1, tabs between cells"),
    ("0 1\n", "roll.tsv:1: cell 1: found '0 1'; allowed: 0 or 1, tabs between cells"),
    ("0\t1 \n", "roll.tsv:1: cell 2: found '1 '; allowed: 0 or 1, tabs between cells"),
    ("0\t\t1\n", "roll.tsv:1: cell 2: found nothing; allowed: 0 or 1, tabs between cells"),
    ("0\t1\t\t\n", "roll.tsv:1: cell 3: found nothing; allowed: 0 or 1, tabs between cells"),
    ("0\t1\r0\t1\n", "roll.tsv:1: cell 2: found '1\\u{d}0'; allowed: 0 or 1, tabs between cells"),
    ("0\t\0\n", "roll.tsv:1: cell 2: found '\\u{0}'; allowed: 0 or 1, tabs between cells"),
    ("1\n# end\n", "roll.tsv:2: cell 1: found '# end'; allowed: 0 or 1, tabs between cells"),
    ("٠\t١\n", "roll.tsv:1: cell 1: found '٠'; allowed: 0 or 1, tabs between cells"),
  ])
  func refusesWithFileAndLine(text: String, message: String) {
    #expect(Self.failure(Array(text.utf8)) == message)
  }

  @Test func refusesWhatIsTooLarge() {
    let tall = Array(String(repeating: "0\n", count: 257).utf8)
    #expect(Self.failure(tall) == "roll.tsv:257: 257 rows; a piano roll has at most 256")
    let wide = Array((String(repeating: "0\t", count: 4096) + "0\n").utf8)
    #expect(Self.failure(wide) == "roll.tsv:1: more than 4096 cells in a row, the most there may be")
  }

  @Test func noBytesTrap() {
    var random: UInt64 = 1
    let alphabet: [UInt8] = [0x30, 0x31, 0x09, 0x0A, 0x0D, 0x00, 0xFF, 0xEF, 0xBB, 0xBF, 0x20]
    for length in 0..<500 {
      let bytes = (0..<length % 40).map { _ in
        random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return alphabet[Int(random >> 33) % alphabet.count]
      }
      if let roll = try? PianoRollTSV.parse(bytes, file: "roll.tsv") { #expect(roll.stepCount > 0) }
    }
  }

  private static func failure(_ bytes: [UInt8]) -> String? {
    do {
      _ = try PianoRollTSV.parse(bytes, file: "roll.tsv")
      return nil
    } catch {
      return error.description
    }
  }
}
