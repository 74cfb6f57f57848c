import Testing

@testable import Core

@Suite struct ShippedTimbresTests {
  @Test func namesAreUniqueAndTheDefaultIsFirst() {
    let names = Timbre.shipped.map(\.name)
    #expect(Set(names).count == names.count && names.first == Timbre.standard.name)
  }

  @Test func configurationKnowsThem() throws {
    for timbre in Timbre.shipped {
      let text = "environment: {rendering_params: {sinethesizer: {timbre: \(timbre.name)}}}"
      let configuration = try Configuration(text: text, file: "test")
      #expect(configuration.timbres[timbre.name] == timbre)
    }
  }

  /// Mean power of a second of A4 by a timbre, in decibels above the default timbre's.
  @Test(arguments: Timbre.shipped.dropFirst().map(\.name))
  func aboutAsLoudAsTheDefault(name: String) throws {
    func power(_ name: String) throws -> Double {
      var part = Part(name: name, notes: [PartNote(onset: 0, duration: 4, degree: 69, velocity: 100)])
      part.timbre = name
      let piece = TestParts.piece([part], steps: 4)
      let timbres = Dictionary(uniqueKeysWithValues: Timbre.shipped.map { ($0.name, $0) })
      return try render(piece, timbres: timbres).left.reduce(0) { $0 + Double($1) * Double($1) }
    }
    let ratio = try power(name) / power("default_timbre")
    #expect(ratio > 0.4 && ratio < 2.5, "\(name): \(ratio)")
  }
}
