/// Titles between the sound, as SHOUTcast has them for players that ask (`Icy-MetaData: 1`): after every so many bytes a
/// length in units of 16 bytes, then the text, which is there only when it is another one.
struct ICYTitles {
  /// Bytes of sound between two titles.
  static let interval = 16_000

  private var left = ICYTitles.interval
  private var shown: String?

  /// Sound with titles in it.
  mutating func interleave(_ block: [UInt8], title: String) -> [UInt8] {
    var result: [UInt8] = []
    var rest = block[...]
    while !rest.isEmpty {
      let part = rest.prefix(left)
      result += part
      rest = rest.dropFirst(part.count)
      left -= part.count
      guard left == 0 else { continue }
      left = Self.interval
      result += title == shown ? [0] : Self.text(title)
      shown = title
    }
    return result
  }

  private static func text(_ title: String) -> [UInt8] {
    // The text ends at the first `';`.
    let plain = String(title.map { "';".contains($0) ? "-" : $0 }.prefix(200))
    var bytes = Array("StreamTitle='\(plain)';".utf8)
    bytes += Array(repeating: 0, count: (16 - bytes.count % 16) % 16)
    return [UInt8(bytes.count / 16)] + bytes
  }
}
