import Testing

@testable import Core

@Suite struct SafetensorsTests {
  private static let file = Safetensors(
    tensors: [
      .init(name: "W", shape: [2, 2], values: .float32([1, -2, 0.5, .infinity])),
      .init(name: "none", shape: [0, 3], values: .float32([])),
      .init(name: "mean", shape: [1], values: .float64([0.1])),
    ],
    metadata: [.init("seed", "42"), .init("text", "\"é\"")])

  /// A file of any header and data.
  private static func bytes(_ header: String, data: Int, length: UInt64? = nil) -> [UInt8] {
    var bytes = withUnsafeBytes(of: (length ?? UInt64(header.utf8.count)).littleEndian) { Array($0) }
    bytes += Array(header.utf8) + Array(repeating: 0, count: data)
    return bytes
  }

  @Test func layout() {
    let bytes = Safetensors(tensors: [.init(name: "b", shape: [1], values: .float32([1]))]).bytes
    let header = #"{"b": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}   "#
    #expect(bytes == [UInt8(header.utf8.count), 0, 0, 0, 0, 0, 0, 0] + Array(header.utf8) + [0, 0, 0x80, 0x3F])
    #expect(header.utf8.count % 8 == 0)
  }

  @Test func readsWhatItWrites() throws {
    #expect(try Safetensors(Self.file.bytes, file: "file") == Self.file)
    let empty = Safetensors(tensors: [])
    #expect(try Safetensors(empty.bytes, file: "file") == empty)
  }

  @Test func readsTensorsInAnyOrderOfTheHeader() throws {
    let header =
      #"{"b":{"dtype":"F32","shape":[],"data_offsets":[8,12]},"a":{"dtype":"F64","shape":[1],"data_offsets":[0,8]}}"#
    #expect(try Safetensors(Self.bytes(header, data: 12), file: "file").tensors.map(\.name) == ["a", "b"])
  }

  @Test(arguments: [
    (#"{"a":{"dtype":"F16","shape":[2],"data_offsets":[0,4]}}"#, 4),
    (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#, 5),
    (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#, 3),
    (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#, 4),
    (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#, 8),
    (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}"#, 4),
    (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4,4]}}"#, 4),
    (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0]}}"#, 4),
    (#"{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}"#, 4),
    (#"{"a":{"dtype":"F32","shape":[268435456,268435456,268435456],"data_offsets":[0,4]}}"#, 4),
    (#"{"a":{"dtype":"F32","shape":[9223372036854775807,2],"data_offsets":[0,4]}}"#, 4),
    (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,9223372036854775807]}}"#, 4),
    (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,18446744073709551615]}}"#, 4),
    (
      #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#,
      4
    ),
    (
      #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[8,12]}}"#,
      12
    ),
    (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{}}"#, 4),
    (#"{"a":1}"#, 0), (#"{"__metadata__":{"a":1}}"#, 0), (#"{"__metadata__":[]}"#, 0), ("[]", 0), ("", 0), ("{", 0),
  ])
  func refusesHostileHeaders(header: String, data: Int) {
    #expect(throws: DataError.self) { try Safetensors(Self.bytes(header, data: data), file: "file") }
  }

  @Test(arguments: [3, 1 << 20 + 1, 1 << 63, .max] as [UInt64]) func refusesHostileLengths(length: UInt64) {
    #expect(throws: DataError.self) { try Safetensors(Self.bytes("{}", data: 0, length: length), file: "file") }
  }

  @Test func noTruncationTraps() {
    let bytes = Self.file.bytes
    for count in 0..<bytes.count {
      #expect(throws: DataError.self) { try Safetensors(Array(bytes[..<count]), file: "file") }
    }
  }

  @Test func anAgentComesBack() throws {
    let agent = AgentWeightsFile(
      tensors: [.init(name: "W", shape: [2, 2]), .init(name: "b", shape: [2])], weights: [1, 2, 3, 4, 5, 6],
      seed: .max, population: 100, score: 344.5, configurationDigest: "abc")
    let tensors = try Safetensors(agent.bytes, file: "file")
    #expect(tensors["W"]?.values == .float32([1, 2, 3, 4]))
    #expect(tensors["b"]?.values == .float32([5, 6]))
    #expect(try AgentWeightsFile(tensors, file: "file") == agent)
  }

  @Test func whatIsNoAgentIsSaid() {
    let checkpoint = Safetensors(tensors: [.init(name: "mean", shape: [1], values: .float64([1]))])
    let error = #expect(throws: DataError.self) { try AgentWeightsFile(checkpoint, file: "file") }
    #expect(error?.description == "file: mean: found F64; allowed: F32")
  }

  @Test(arguments: ["W", "b"]) func anAgentWithoutATensorIsRefused(name: String) throws {
    let agent = AgentWeightsFile(
      tensors: [.init(name: "W", shape: [1, 1]), .init(name: "b", shape: [1])], weights: [1, 2],
      seed: 1, population: 1, score: 0, configurationDigest: "")
    var tensors = try Safetensors(agent.bytes, file: "file")
    tensors.tensors.removeAll { $0.name == name }
    let error = #expect(throws: DataError.self) { try AgentWeightsFile(tensors, file: "file") }
    #expect(error?.reason.hasPrefix("\(name): found nothing") == true)
  }
}
