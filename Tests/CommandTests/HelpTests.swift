import ArgumentParser
import Testing

@testable import rlmusician

@Suite struct HelpTests {
  @Test func helpNamesTheProgram() {
    #expect(RLMusician.helpMessage().contains("rlmusician"))
  }
}
