import Testing

@testable import rlmusician

@Suite struct ArgumentsTests {
  @Test(arguments: [
    (["ctl", "-c", "f", "pause"], ["ctl", "pause", "-c", "f"]),
    (["ctl", "--json", "--socket", "s", "rate", "up", "3"], ["ctl", "rate", "--json", "--socket", "s", "up", "3"]),
    (["library", "--library=l", "list", "--json"], ["library", "list", "--library=l", "--json"]),
    (["ctl", "pause", "-c", "f"], ["ctl", "pause", "-c", "f"]), (["ctl", "--json"], ["ctl", "--json"]),
    (["ctl", "--help"], ["ctl", "--help"]), (["ctl", "-c", "f"], ["ctl", "-c", "f"]), (["ctl"], ["ctl"]), ([], []),
    (["-c", "f", "train"], ["-c", "f", "train"]), (["ctl", "-c"], ["ctl", "-c"]),
  ])
  func optionsMayStandBeforeASubcommand(given: [String], parsed: [String]) {
    #expect(RLMusician.reordered(given) == parsed)
  }

  /// A minus after an option that takes a number is its sign; what is wrong then is that no daemon is there.
  @Test func negativeNumbersAreNumbers() throws {
    let down = try CommandRun(["ctl", "vary", "1", "--transpose", "-3", "--socket", "/nowhere/control.sock"])
    #expect(down.status == 69, "\(down.errors)")
    let none = try CommandRun(["-e", "-1", "--no-play"])
    #expect(none.status == 64 && none.errors.contains("found -1"), "\(none.errors)")
  }
}
