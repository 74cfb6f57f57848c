extension Safetensors {
  /// The largest file that is read, in bytes.
  public static let maximumByteCount = 1 << 28
  /// The longest header that is read, in bytes.
  static let maximumHeaderCount = 1 << 20

  /// Reads a file.
  ///
  /// - Throws: `FileError` if there is none, `DataError` if it is no safetensors file or holds other types than `F32` and
  ///   `F64`.
  public static func read(_ path: String) throws -> Safetensors {
    try Safetensors(InputFile.read(path, limit: maximumByteCount, as: "a safetensors file"), file: path)
  }

  /// Reads a file's bytes; `file` is its name for errors.
  ///
  /// Nothing in the header is believed: lengths, shapes and places are checked against the bytes that are there.
  public init(_ bytes: [UInt8], file: String) throws(DataError) {
    guard bytes.count >= 8 else { throw DataError(file: file, reason: "too short for a safetensors file") }
    let headerCount = Self.number(UInt64.self, bytes[..<8])
    guard headerCount <= Self.maximumHeaderCount, headerCount <= bytes.count - 8 else {
      throw DataError(
        file: file, reason: "no safetensors file: its header would have \(headerCount) of \(bytes.count - 8) bytes")
    }
    let dataStart = 8 + Int(headerCount)
    let header = try JSONSection(Array(bytes[8..<dataStart]), file: file)
    self.init(tensors: [])
    var end = 0
    for member in header.members.sorted(by: Self.isBefore) {
      if member.key == "__metadata__" {
        metadata = try Self.metadata(header.section(member.key))
      } else {
        let tensor = try Self.tensor(
          header.section(member.key), name: member.key, data: bytes[dataStart...], end: &end)
        tensors.append(tensor)
      }
    }
    guard end == bytes.count - dataStart else {
      throw DataError(file: file, reason: "\(bytes.count - dataStart) bytes of numbers, but its tensors have \(end)")
    }
  }

  private static func metadata(_ section: JSONSection) throws(DataError) -> [Entry] {
    var entries: [Entry] = []
    for member in section.members { entries.append(Entry(member.key, try section.string(member.key))) }
    return entries
  }

  /// Tensors by their place in the data; what has none comes first and is refused when it is read.
  private static func isBefore(_ a: OrderedJSON.Member, _ b: OrderedJSON.Member) -> Bool { place(a) < place(b) }

  private static func place(_ member: OrderedJSON.Member) -> Int {
    guard case .object(let members) = member.value,
      case .array(let offsets) = members.first(where: { $0.key == "data_offsets" })?.value,
      offsets.count == 2, case .integer(let begin) = offsets[0], case .integer(let end) = offsets[1]
    else { return -1 }
    // An empty tensor comes before the one that begins at the same place.
    return begin &+ (end > begin ? 0 : -1)
  }

  private static func tensor(
    _ section: JSONSection, name: String, data: ArraySlice<UInt8>, end: inout Int
  ) throws(DataError) -> Tensor {
    let type = try section.string("dtype")
    guard let size = ["F32": 4, "F64": 8][type] else { throw section.error("dtype", allowed: "F32, F64") }
    let shape = try section.integers("shape", in: 0...Self.maximumByteCount)
    let offsets = try section.integers("data_offsets", in: 0...data.count)
    var count = 1
    for length in shape {
      // With a dimension of 0 the product is 0, whatever the others are.
      let (product, isTooLarge) = count.multipliedReportingOverflow(by: length)
      guard !isTooLarge else { throw section.error("shape", allowed: "a shape that fits into memory") }
      count = product
    }
    guard offsets.count == 2, offsets[0] == end, offsets[1] >= end, (offsets[1] - end) % size == 0,
      (offsets[1] - end) / size == count
    else {
      throw section.error(
        "data_offsets", allowed: "the place after the tensor before, [\(end), \(end) + \(size) x \(count)]")
    }
    let part = data[(data.startIndex + end)..<(data.startIndex + offsets[1])]
    end = offsets[1]
    let values: Values =
      size == 4
      ? .float32(numbers(UInt32.self, part).map(Float.init(bitPattern:)))
      : .float64(numbers(UInt64.self, part).map(Double.init(bitPattern:)))
    return Tensor(name: name, shape: shape, values: values)
  }

  private static func numbers<Word: FixedWidthInteger>(_ type: Word.Type, _ bytes: ArraySlice<UInt8>) -> [Word] {
    let size = Word.bitWidth / 8
    return stride(from: bytes.startIndex, to: bytes.endIndex, by: size).map { number(type, bytes[$0..<($0 + size)]) }
  }

  private static func number<Word: FixedWidthInteger>(_ type: Word.Type, _ bytes: ArraySlice<UInt8>) -> Word {
    bytes.reversed().reduce(0) { $0 << 8 | Word($1) }
  }
}
