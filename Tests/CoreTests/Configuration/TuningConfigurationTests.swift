import Foundation
import Testing

@testable import Core

@Suite struct TuningConfigurationTests {
  private func tuning(_ yaml: String, file: String = "c.yml", rest: String = "") throws -> Tuning {
    try Configuration(text: "tuning: \(yaml)\nenvironment: {n_semitones: 12\(rest)}", file: file)
      .environment.performance.tuning
  }

  @Test func theDefaultIsTwelveToneEqual() throws {
    #expect(try Configuration(text: "", file: "c").environment.performance.tuning.isTwelveToneEqual)
  }

  @Test func forms() throws {
    #expect(try tuning("19edo") == .equal(divisions: 19))
    #expect(try tuning("{equal: {divisions: 12}}").isTwelveToneEqual)
    #expect(try tuning("{equal: {divisions: 13, period: 3/1}}").periodInCents == 1200 * log2(3))
    #expect(try tuning("{equal: {divisions: 13, period: 3}}").periodInCents == 1200 * log2(3))
    #expect(try tuning("{equal: {divisions: 5, period: 600.0}}").degreesInCents == [0, 120, 240, 360, 480])
    #expect(try tuning("{cents: [100, 250.5, 1200]}").degreesInCents == [0, 100, 250.5])
    #expect(try tuning("{cents: [0, 100, 1200]}").degreesInCents == [0, 100])
    #expect(try tuning("{ratios: [9/8, 1.5, 2]}").degreesInCents == [0, 1200 * log2(1.125), 1200 * log2(1.5)])
    #expect(try tuning("{ratios: [1/1, 3/2, 2/1]}").periodInCents == 1200)
    #expect(try tuning("{cents: [700, 1200], reference_frequency: 100}").rootFrequency == 100)
    let nested = try Configuration(text: "environment: {tuning: 31edo}", file: "c").environment
    #expect(nested.performance.tuning.degreeCount == 31)
  }

  @Test(arguments: [
    ("no-such", "tuning"), ("{}", "tuning"), ("{equal: {}}", "tuning.equal.divisions"), ("[1, 2]", "tuning"),
    ("{equal: {divisions: 0}}", "tuning.equal.divisions"),
    ("{equal: {divisions: 5, period: 1/1}}", "tuning.equal.period"),
    ("{equal: {divisions: 5, period: -2/1}}", "tuning.equal.period"), ("{cents: []}", "tuning.cents"),
    ("{cents: [x]}", "tuning.cents"), ("{cents: [1e400]}", "tuning.cents"), ("{cents: [.nan]}", "tuning.cents"),
    ("{cents: 5}", "tuning.cents"), ("{cents: [[1]]}", "tuning.cents"), ("{ratios: [3/0]}", "tuning.ratios"),
    ("{ratios: [-3/2]}", "tuning.ratios"), ("{ratios: [3/2/1]}", "tuning.ratios"), ("{ratios: [0]}", "tuning.ratios"),
    ("{ratios: [1]}", "tuning.ratios"), ("{cents: [1], ratios: [2]}", "tuning"),
    ("{cents: [9, 1200], reference_frequency: 0}", "tuning.reference_frequency"),
    ("{cents: [9], colour: red}", "tuning.colour"),
    ("{cents: [5000, 10000]}", "environment.n_semitones"),
  ])
  func refused(yaml: String, keyPath: String) {
    let error = #expect(throws: ConfigurationError.self) { try tuning(yaml) }
    #expect(error?.keyPath == keyPath, "\(String(describing: error))")
    #expect(error?.line != nil)
  }

  @Test func twoTuningsAreOneTooMany() {
    #expect(throws: ConfigurationError.self) { try tuning("19edo", rest: ", tuning: 31edo") }
  }

  @Test func scalaFilesLieBesideTheConfiguration() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    func write(_ name: String, _ text: String) throws {
      try text.write(to: folder.appendingPathComponent(name), atomically: true, encoding: .utf8)
    }
    try write("five.scl", "five\n5\n240.0\n480.0\n720.0\n960.0\n2/1\n")
    try write("bad.scl", "bad\n1\nx\n")
    try write("half.kbm", "2\n0\n80\n60\n60\n250.0\n1\n0\nx\n")
    let file = folder.appendingPathComponent("c.yml").path
    #expect(try tuning("{scala: five.scl}", file: file).degreesInCents == [0, 240, 480, 720, 960])
    #expect(try tuning("{scala: five.scl}", file: file).name == "five")
    let mapped = try Configuration(
      text:
        "tuning: {scala: five.scl, keyboard: half.kbm}\nenvironment: {n_semitones: 10, rendering_params: {lowest_note: C#4}}",
      file: file
    ).environment.performance.tuning
    // A repetition of the map is one degree higher: five of them are a period of the scale.
    #expect(mapped.degreesInCents == [0, 240, 480, 720, 960])
    #expect(abs(try #require(mapped.rootFrequency) - 250 * exp2(0.2)) < 1e-9)
    // C4 to G#5 are 21 keys, every other one mapped.
    let rows = #expect(throws: ConfigurationError.self) {
      try tuning("{scala: five.scl, keyboard: half.kbm}", file: file)
    }
    #expect(rows?.keyPath == "environment.n_semitones")
    let data = #expect(throws: DataError.self) { try tuning("{scala: bad.scl}", file: file) }
    #expect(data?.file == folder.appendingPathComponent("bad.scl").path)
    #expect(data?.line == 3)
    #expect(throws: FileError.self) { try tuning("{scala: none.scl}", file: file) }
    #expect(throws: DataError.self) { try tuning("{scala: .}", file: file) }
  }

  @Test func tuningOutput() throws {
    func output(_ text: String, draws: Int = 3, tuning: String = "19edo") throws -> MIDITuningOutput? {
      let midi = "rendering_params: {midi: {tuning_output: \(text)}}"
      let yaml = "tuning: \(tuning)\nenvironment: {n_draws_per_roll_step: \(draws), \(midi)}"
      return try Configuration(text: yaml, file: "c").environment.performance.tuningOutput
    }
    #expect(try output("mts") == .mts && output("mpe") == .mpe && output("off") == .off && output("auto") == nil)
    #expect(try output("mts", draws: 20) == .mts && output("auto", draws: 20) == nil)
    #expect(try output("mpe", draws: 20, tuning: "12edo") == .mpe)
    #expect(throws: ConfigurationError.self) { try output("mpe", draws: 15) }
    #expect(throws: ConfigurationError.self) { try output("mdi") }
  }
}
