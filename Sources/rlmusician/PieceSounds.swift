import Core

/// The timbres of pieces that are heard through one player, each as it was composed: where two mean different timbres by
/// one name, the later piece's gets another name.
struct PieceSounds {
  private let configuration: Configuration
  private(set) var timbres: [String: Timbre]
  /// The room of the first piece that has one: there is one room for all.
  private(set) var reverb: Double

  init(_ configuration: Configuration) {
    self.configuration = configuration
    timbres = configuration.timbres
    reverb = configuration.audio.reverb
  }

  /// A piece with names of timbres that mean its own.
  ///
  /// - Throws: `ConfigurationError` about what it was composed with.
  mutating func add(_ piece: Piece, file: String) throws -> Piece {
    let sound = try configuration.sound(of: piece, file: file)
    if reverb == 0 { reverb = sound.reverb }
    var piece = piece
    for index in piece.parts.indices {
      let name = piece.parts[index].timbre
      guard let own = sound.timbres[name] else { continue }
      var free = name
      var number = 1
      while let other = timbres[free], other != own {
        number += 1
        free = "\(name) \(number)"
      }
      timbres[free] = own
      piece.parts[index].timbre = free
    }
    return piece
  }
}
