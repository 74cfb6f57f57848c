internal import Core

/// What a user has to say of a piece, as requests bring it.
extension RequestObject {
  func tags() throws -> [String]? {
    let (count, length) = (PieceRecord.tagLimit, PieceRecord.tagLength)
    let allowed = "up to \(count) tags of 1 to \(length) bytes, without control characters and |"
    guard let tags = try strings("tags", allowed: allowed) else { return nil }
    let isFine = tags.allSatisfy { tag in
      (1...length).contains(tag.utf8.count) && !tag.contains("|") && !tag.allSatisfy(\.isWhitespace)
        && tag.unicodeScalars.allSatisfy { $0.value >= 32 && $0.value != 127 }
    }
    guard isFine, tags.count <= count else { throw bad("tags", allowed: allowed) }
    return tags
  }

  func note() throws -> String? {
    guard let note = try string("note") else { return nil }
    guard note.utf8.count <= PieceRecord.noteLength, note.unicodeScalars.allSatisfy({ $0.value != 0 }) else {
      throw bad("note", allowed: "text of at most \(PieceRecord.noteLength) bytes")
    }
    return note
  }
}
