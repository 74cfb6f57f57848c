import Testing

@testable import Core

/// Which environment a file means.
@Suite struct EnvironmentKindTests {
  private func kind(_ text: String, melody: String? = nil) throws -> EnvironmentKind {
    try Configuration(text: text, file: "c.yml", melody: melody).kind
  }

  @Test func keysTellTheKind() throws {
    #expect(try kind("") == .pianoRoll)
    #expect(try kind("agent: {n_processes: 2}") == .pianoRoll)
    #expect(try kind("environment: {n_semitones: 12}") == .pianoRoll)
    #expect(try kind("environment: {kind: piano_roll}") == .pianoRoll)
    #expect(try kind("environment: {kind: counterpoint}") == .counterpoint)
    #expect(try kind("piece: {tonic: C}") == .counterpoint)
    #expect(try kind("piece: {cantus_firmus: [C4, D4, E4, D4, C4]}") == .counterpoint)
    #expect(try kind("piece: {parts: [above, below]}") == .counterpoint)
    #expect(try kind("piece: {parts: [{name: Upper}, {name: Lower}]}") == .song)
    #expect(try kind("", melody: "C4 D4 E4 D4 C4") == .counterpoint)
  }

  @Test func whatDoesNotFitIsSaid() {
    let faults: [(String, String)] = [
      (
        "environment: {kind: cantata}",
        "c.yml:1: environment.kind: found 'cantata'; allowed: piano_roll, counterpoint, song"
      ),
      (
        "environment: {kind: piano_roll}\npiece: {tonic: C}", "c.yml:2: piece: found the unknown key 'piece'; allowed: "
      ),
      ("piece: {tonic: C}\ntuning: 19edo", "c.yml:2: tuning: found the unknown key 'tuning'; allowed: "),
      (
        "piece: {tonic: C}\nenvironment: {n_semitones: 3}",
        "c.yml:2: environment.n_semitones: found the unknown key 'n_semitones'; allowed: "
      ),
    ]
    for (text, line) in faults {
      let error = #expect(throws: ConfigurationError.self) { try kind(text) }
      #expect(error?.description.hasPrefix(line) == true, "\(error?.description ?? "")")
    }
    let error = #expect(throws: ConfigurationError.self) {
      try kind("environment: {kind: piano_roll}", melody: "C4 C4")
    }
    #expect(error?.description.contains("allowed: counterpoint") == true)
  }
}
