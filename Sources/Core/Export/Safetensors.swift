/// Named arrays of numbers in a file that other programs read too: the safetensors format.
///
/// Layout: the header's length as a 64-bit little-endian integer; the header, a JSON object that gives every tensor its
/// type, shape and place; the tensors' numbers, little-endian, row by row, one after another without gaps.
/// https://huggingface.co/docs/safetensors
public struct Safetensors: Sendable, Hashable {
  /// A tensor's numbers, row by row.
  public enum Values: Sendable, Hashable {
    /// 32-bit floats: `F32`.
    case float32([Float])
    /// 64-bit floats: `F64`.
    case float64([Double])

    /// How many there are.
    public var count: Int {
      switch self {
      case .float32(let values): values.count
      case .float64(let values): values.count
      }
    }
  }

  /// A named array.
  public struct Tensor: Sendable, Hashable {
    /// Unique in the file.
    public var name: String
    /// Lengths of its dimensions, the outermost first.
    public var shape: [Int]
    /// As many as the product of `shape`.
    public var values: Values

    /// A tensor of these parts.
    ///
    /// - Precondition: as many values as the shape says.
    public init(name: String, shape: [Int], values: Values) {
      precondition(shape.allSatisfy { $0 >= 0 } && shape.reduce(1, *) == values.count)
      self.name = name
      self.shape = shape
      self.values = values
    }
  }

  /// Text about the file: keys and values, in the order they are written.
  public struct Entry: Sendable, Hashable {
    /// The key.
    public var key: String
    /// The value.
    public var value: String

    /// An entry of these parts.
    public init(_ key: String, _ value: String) {
      self.key = key
      self.value = value
    }
  }

  /// The tensors, in the order their numbers lie in the file.
  public var tensors: [Tensor]
  /// `__metadata__` of the header.
  public var metadata: [Entry]

  /// A file of these parts.
  public init(tensors: [Tensor], metadata: [Entry] = []) {
    self.tensors = tensors
    self.metadata = metadata
  }

  /// The tensor of a name.
  public subscript(_ name: String) -> Tensor? { tensors.first { $0.name == name } }

  /// The metadata's value for a key.
  public func text(_ key: String) -> String? { metadata.first { $0.key == key }?.value }

  /// The file's bytes.
  public var bytes: [UInt8] {
    var members: [OrderedJSON.Member] = []
    if !metadata.isEmpty {
      members.append(.init("__metadata__", .object(metadata.map { .init($0.key, .string($0.value)) })))
    }
    var data: [UInt8] = []
    for tensor in tensors {
      let begin = data.count
      let type: String
      switch tensor.values {
      case .float32(let values):
        type = "F32"
        for value in values { Self.append(value.bitPattern, to: &data) }
      case .float64(let values):
        type = "F64"
        for value in values { Self.append(value.bitPattern, to: &data) }
      }
      members.append(
        .init(
          tensor.name,
          .object([
            .init("dtype", .string(type)), .init("shape", .array(tensor.shape.map(OrderedJSON.integer))),
            .init("data_offsets", .array([.integer(begin), .integer(data.count)])),
          ])))
    }
    var header = Array(OrderedJSON.object(members).text.utf8)
    // Spaces bring the numbers to a multiple of eight bytes, so that they can be read in place.
    header += Array(repeating: UInt8(ascii: " "), count: (8 - header.count % 8) % 8)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(8 + header.count + data.count)
    Self.append(UInt64(header.count), to: &bytes)
    return bytes + header + data
  }

  private static func append(_ value: some FixedWidthInteger, to bytes: inout [UInt8]) {
    withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
  }
}
