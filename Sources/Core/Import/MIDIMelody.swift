/// The melody of a Standard MIDI file: the notes of the first track that has any, and its tempo at the first of them.
enum MIDIMelody {
  private static let allowed = "a Standard MIDI file of format 0 or 1 in ticks a quarter note"

  /// Microseconds a quarter note of a file that does not say it, by the standard.
  private static let usualQuarter = 500_000

  static func read(_ bytes: [UInt8], file: String, cuts: Bool) throws(DataError) -> MelodyFile.Reading {
    var reader = Reader(bytes: bytes[...], file: file)
    let header = try reader.chunk()
    guard header.type == "MThd", header.body.count >= 6 else { throw reader.error("no header") }
    var head = Reader(bytes: header.body, file: file)
    let (format, tracks, division) = (try head.number(2), try head.number(2), try head.number(2))
    guard format <= 1, division > 0, division < 0x8000 else {
      throw reader.error(format > 1 ? "format \(format)" : division == 0 ? "a division of 0" : "a division in frames")
    }
    // Of format 1 all tempos are in the first track, of which nothing else may be.
    var tempos: [TempoChange] = []
    for _ in 0..<tracks {
      guard !reader.bytes.isEmpty else { break }
      let chunk = try reader.chunk()
      guard chunk.type == "MTrk" else { continue }
      var track = Reader(bytes: chunk.body, file: file)
      let sounds = try track.sounds(&tempos)
      if !sounds.isEmpty {
        var reading = try MelodyFile.line(sounds, unitsPerStep: Double(division) / 2, file: file, cuts: cuts)
        let (first, last) = (sounds.lazy.map(\.onset).min() ?? 0, sounds.lazy.map(\.onset).max() ?? 0)
        let quarter = tempos.last { $0.time <= first }?.quarter ?? usualQuarter
        reading.tempo = 60e6 / Double(quarter)
        reading.changesTempo = tempos.contains { $0.time > first && $0.time <= last && $0.quarter != quarter }
        return reading
      }
    }
    throw DataError(file: file, reason: "found no notes; allowed: a melody")
  }

  private struct TempoChange {
    var time: Int
    /// Microseconds.
    var quarter: Int
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

    /// A byte of a message after its first.
    mutating func data() throws(DataError) -> UInt8 {
      guard let next = bytes.first, next >= 0x80 else { return try byte() }
      throw error("a message in the middle of another")
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
    ///
    /// - Parameter tempos: gets its tempos.
    mutating func sounds(_ tempos: inout [TempoChange]) throws(DataError) -> [MelodyFile.Sound] {
      var sounds: [MelodyFile.Sound] = []
      // Where a channel's key began, by channel and key.
      var sounding: [Int: Int] = [:]
      // Meta events and system exclusive end running status by the standard; many who write files go on with it.
      var (time, running) = (0, UInt8(0))
      func end(_ note: Int) {
        guard let index = sounding.removeValue(forKey: note) else { return }
        sounds[index].end = max(time, sounds[index].onset + 1)
      }
      while !bytes.isEmpty {
        time += try variable()
        guard time < 1 << 40 else { throw error("a track without end") }
        var status = running
        if let next = bytes.first, next >= 0x80 { status = try byte() }
        if status < 0xF0 { running = status }
        switch status {
        case 0x80..<0xA0:
          let (key, velocity) = (Int(try data()), try data())
          let note = Int(status & 0x0F) << 8 | key
          end(note)
          if status >= 0x90, velocity > 0, status & 0x0F != 9 {
            sounding[note] = sounds.count
            sounds.append(.init(key: key, onset: time, end: time + 1))
          }
        case 0xA0..<0xC0, 0xE0..<0xF0: _ = (try data(), try data())
        case 0xC0..<0xE0: _ = try data()
        case 0xF0, 0xF7: _ = try take(variable())
        case 0xFF:
          let kind = try byte()
          let content = try take(variable())
          if kind == 0x51, content.count == 3 {
            let quarter = content.reduce(0) { $0 << 8 | Int($1) }
            if quarter > 0 { tempos.append(TempoChange(time: time, quarter: quarter)) }
          }
          if kind == 0x2F { bytes = [] }
        default: throw error("a byte that begins no message")
        }
      }
      for note in Array(sounding.keys) { end(note) }
      return sounds
    }
  }
}
