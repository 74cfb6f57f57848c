import Foundation
import FoundationXML
import Testing

@testable import rlmusician

@Suite struct TuningsCommandTests {
  private struct Listing: Decodable {
    struct Entry: Decodable {
      var name: String
      var degree_count: Int
    }
    var tunings: [Entry]
  }

  private struct Table: Decodable {
    struct Degree: Decodable {
      var degree: Int
      var cents: Double
      var hz: Double
      var nearest_note: String?
      var deviation_cents: Double
    }
    var name: String
    var degree_count: Int
    var period_cents: Double
    var degrees: [Degree]
  }

  @Test func theShippedOnesAreListed() throws {
    let run = try CommandRun(["tunings"])
    #expect(run.status == 0)
    let names = run.output.split(separator: "\n").dropFirst().compactMap { $0.split(separator: " ").first }
    let json = try JSONDecoder().decode(Listing.self, from: Data(CommandRun(["tunings", "--json"]).output.utf8))
    #expect(names.map(String.init) == json.tunings.map(\.name))
    #expect(json.tunings.map(\.degree_count) == [12, 19, 22, 31, 53, 7, 12, 12, 13, 5, 7])
  }

  @Test func aTableOfDegrees() throws {
    #expect(
      try CommandRun(["tunings", "slendro"]).output == """
        slendro: 5 degrees, period 1200.000 cents
        degree     cents       Hz  nearest  cents off
             0     0.000  261.626  C4           +0.00
             1   228.000  298.453  D4          +28.00
             2   484.000  346.016  F4          -16.00
             3   728.000  398.387  G4          +28.00
             4   960.000  455.517  A#4         -40.00
             5  1200.000  523.251  C5           +0.00

        """)
    let run = try CommandRun(["tunings", "bohlen-pierce", "--json", "--lowest-note", "A4"])
    let table = try JSONDecoder().decode(Table.self, from: Data(run.output.utf8))
    #expect(table.degree_count == 13 && table.degrees.count == 14)
    #expect(abs(table.degrees[13].hz - 1320) < 1e-9)
    #expect(table.degrees[13].nearest_note == "E6")
    #expect(abs(table.degrees[13].deviation_cents - 1.955) < 1e-3)
  }

  @Test func scalaFiles() throws {
    let keyboard = "12\n0\n127\n60\n69\n432.0\n12\n" + (0..<12).map { $0 == 1 ? "x\n" : "\($0)\n" }.joined()
    let equal = "! equal.scl\n\n12\n" + (1...12).map { "\($0 * 100).0\n" }.joined()
    try CommandRun.withFolder(["e.scl": equal, "k.kbm": keyboard, "bad.scl": "d\n1\n-3/2\n"]) { folder in
      let run = try CommandRun(["tunings", "e.scl", "--keyboard", "k.kbm", "--json"], in: folder)
      let table = try JSONDecoder().decode(Table.self, from: Data(run.output.utf8))
      #expect(table.name == "e" && table.degree_count == 11)
      #expect(abs(table.degrees[8].hz - 432) < 1e-9)
      let bad = try CommandRun(["tunings", "bad.scl"], in: folder)
      #expect(bad.status == 65 && bad.output.isEmpty)
      #expect(bad.errors == "rlmusician: bad.scl:3: a negative ratio has no meaning: found '-3/2'\n")
      #expect(try CommandRun(["tunings", "none.scl"], in: folder).status == 66)
      #expect(try CommandRun(["tunings", "e.scl", "--keyboard", "none.kbm"], in: folder).status == 66)
    }
  }

  @Test(arguments: [
    ["tunings", "no-such"], ["tunings", "19edo", "--keyboard", "x.kbm"], ["tunings", "--keyboard", "x.kbm"],
    ["tunings", "19edo", "--lowest-note", "H4"], ["tunings", "--consonance"],
    ["tunings", "--consonance", "19edo", "--json"], ["tunings", "--consonance", "19edo", "--harmonic-entropy", "2"],
  ]) func badUsage(arguments: [String]) throws {
    let run = try CommandRun(arguments)
    #expect(run.status == 64 && run.output.isEmpty)
  }

  @Test(arguments: ["19edo", "bohlen-pierce", "pelog"]) func theCurveIsAPicture(name: String) throws {
    for arguments in [["--consonance", name], [name, "--consonance", "--harmonic-entropy", "0.5"]] {
      let run = try CommandRun(["tunings"] + arguments)
      #expect(run.status == 0)
      let document = try XMLDocument(xmlString: run.output)
      let degrees = name == "19edo" ? 20 : name == "pelog" ? 8 : 14
      #expect(try document.nodes(forXPath: "//*[local-name()='circle']").count == degrees)
    }
  }
}
