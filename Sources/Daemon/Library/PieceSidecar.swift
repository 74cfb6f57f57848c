internal import Core
internal import Foundation

/// `library.json` in a piece's folder: what the database says beyond `piece.json`, so that it can be rebuilt.
struct PieceSidecar: Codable, Hashable {
  static let name = "library.json"

  var id: Int64
  var time: Double
  var session: Int64?
  var rating: Int
  var isKept: Bool
  var tags: [String]?
  var note: String?

  init(id: Int64, time: Date, session: Int64?, rating: Int = 0, isKept: Bool = false) {
    self.id = id
    self.time = time.timeIntervalSince1970
    self.session = session
    self.rating = rating
    self.isKept = isKept
  }

  init(_ piece: PieceRecord) {
    self.init(id: piece.id, time: piece.time, session: piece.session, rating: piece.rating, isKept: piece.isKept)
    tags = piece.tags.isEmpty ? nil : piece.tags
    note = piece.note.isEmpty ? nil : piece.note
  }

  var bytes: [UInt8] {
    ((try? DaemonJSON.bytes(self, isPretty: true)) ?? []) + [UInt8(ascii: "\n")]
  }

  /// nil if the folder has none that makes sense.
  static func read(folder: String) -> PieceSidecar? {
    let decoder = JSONDecoder()
    // Older releases wrote `isKept`, which this leaves alone.
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    guard let bytes = try? InputFile.read("\(folder)/\(name)", limit: 1 << 16, as: "what the library says"),
      let sidecar = try? decoder.decode(PieceSidecar.self, from: Data(bytes)),
      PieceLibrary.numbers.contains(sidecar.id), PieceLibrary.numbers.contains(sidecar.session ?? 1),
      (-1...1).contains(sidecar.rating), sidecar.time.magnitude < 1e11
    else { return nil }
    return sidecar
  }
}
