/// The melody of a Standard MIDI file: the notes of the first track that has any.
enum MIDIMelody {
  private static let allowed = "a Standard MIDI file of format 0 or 1 in ticks a quarter note"

  static func read(_ bytes: [UInt8], file: String) throws(DataError) -> GivenLine {
    var reader = Reader(bytes: bytes[...], file: file)
    let header = try reader.chunk()
    guard header.type == "MThd", header.body.count >= 6 else { throw reader.error("no header") }
    var head = Reader(bytes: header.body, file: file)
    let (format, tracks, division) = (try head.number(2), try head.number(2), try head.number(2))
    guard format <= 1, division > 0, division < 0x8000 else {
      throw reader.error(format <= 1 ? "a division in frames" : "format \(format)")
    }
    for _ in 0..<tracks {
      guard !reader.bytes.isEmpty else { break }
      let chunk = try reader.chunk()
      guard chunk.type == "MTrk" else { continue }
      var track = Reader(bytes: chunk.body, file: file)
      let sounds = try track.sounds()
      if !sounds.isEmpty {
        return try MelodyFile.line(sounds, unitsPerStep: Double(division) / 2, file: file)
      }
    }
    throw DataError(file: file, reason: "found no notes; allowed: a melody")
  }

  private struct Reader {
    var bytes: ArraySlice<UInt8>
    let file: String

    func error(_ found: String) -> DataError {
      DataError(file: file, reason: "found \(found) at byte \(bytes.startIndex); allowed: \(MIDIMelody.allowed)")
    }

    mutating func byte() throws(DataError) -> UInt8 {
      guard let byte = bytes.popFirst() else { throw error("the end of the data") }
      return byte
    }

    /// A big-endian number.
    mutating func number(_ count: Int) throws(DataError) -> Int {
      var value = 0
      for _ in 0..<count { value = value << 8 | Int(try byte()) }
      return value
    }

    /// A number of variable length, at most four bytes.
    mutating func variable() throws(DataError) -> Int {
      var value = 0
      for _ in 0..<4 {
        let next = try byte()
        value = value << 7 | Int(next & 0x7F)
        if next < 0x80 { return value }
      }
      throw error("a number of more than four bytes")
    }

    mutating func take(_ count: Int) throws(DataError) -> ArraySlice<UInt8> {
      guard count <= bytes.count else { throw error("the end of the data") }
      defer { bytes = bytes.dropFirst(count) }
      return bytes.prefix(count)
    }

    mutating func chunk() throws(DataError) -> (type: String, body: ArraySlice<UInt8>) {
      let type = String(decoding: try take(4), as: UTF8.self)
      let length = try number(4)
      return (type, try take(length))
    }

    /// The notes of a track, percussion left out; a note that is never ended ends with the track.
    mutating func sounds() throws(DataError) -> [MelodyFile.Sound] {
      var sounds: [MelodyFile.Sound] = []
      // Where a channel's key began, by channel and key.
      var sounding: [Int: Int] = [:]
      var (time, status) = (0, UInt8(0))
      func end(_ note: Int) {
        guard let index = sounding.removeValue(forKey: note) else { return }
        sounds[index].end = max(time, sounds[index].onset + 1)
      }
      while !bytes.isEmpty {
        time += try variable()
        guard time < 1 << 40 else { throw error("a track without end") }
        if let next = bytes.first, next >= 0x80 { status = try byte() }
        switch status {
        case 0x80..<0xA0:
          let (key, velocity) = (Int(try byte() & 0x7F), try byte())
          let note = Int(status & 0x0F) << 8 | key
          end(note)
          if status >= 0x90, velocity > 0, status & 0x0F != 9 {
            sounding[note] = sounds.count
            sounds.append(.init(key: key, onset: time, end: time + 1))
          }
        case 0xA0..<0xC0, 0xE0..<0xF0: _ = try take(2)
        case 0xC0..<0xE0: _ = try take(1)
        case 0xF0, 0xF7: _ = try take(variable())
        case 0xFF:
          let kind = try byte()
          _ = try take(variable())
          if kind == 0x2F { bytes = [] }
        default: throw error("a byte that begins no message")
        }
      }
      for note in Array(sounding.keys) { end(note) }
      return sounds
    }
  }
}
