internal import CLo
internal import Core

/// A message of Open Sound Control 1.0: a path and what it says.
struct OSCMessage: Sendable, Hashable {
  /// `/rlmusician/next`.
  var path: String
  /// Its numbers; whatever else it says is left out.
  var numbers: [Double] = []
}

/// Reads packets, and what the messages in them mean here.
enum OSCReader {
  /// Messages that are taken of one packet at most, and bundles in bundles.
  private static let (mostMessages, deepest) = (256, 8)

  /// The messages of a packet, in order; a bundle's time is not waited for. What is no message is left out.
  static func messages(_ packet: [UInt8]) -> [OSCMessage] {
    var found: [OSCMessage] = []
    read(packet[...], depth: 0, into: &found)
    return found
  }

  private static func read(_ bytes: ArraySlice<UInt8>, depth: Int, into found: inout [OSCMessage]) {
    guard found.count < mostMessages, depth <= deepest else { return }
    guard bytes.starts(with: Array("#bundle\0".utf8)) else {
      message(Array(bytes)).map { found.append($0) }
      return
    }
    // A time of eight bytes, then elements, each after its size.
    var rest = bytes.dropFirst(16)
    while rest.count >= 4 {
      let size = rest.prefix(4).reduce(0) { $0 << 8 | Int($1) }
      rest = rest.dropFirst(4)
      guard size > 0, size <= rest.count else { return }
      read(rest.prefix(size), depth: depth + 1, into: &found)
      rest = rest.dropFirst(size)
    }
  }

  private static func message(_ bytes: [UInt8]) -> OSCMessage? {
    // The library reads whole words.
    guard bytes.count >= 8, bytes.count % 4 == 0, bytes[0] == UInt8(ascii: "/"), let end = bytes.firstIndex(of: 0),
      let path = String(validating: bytes[..<end], as: UTF8.self)
    else { return nil }
    var copy = bytes
    return copy.withUnsafeMutableBytes { buffer -> OSCMessage? in
      var result: Int32 = 0
      guard let message = lo_message_deserialise(buffer.baseAddress, buffer.count, &result) else { return nil }
      defer { lo_message_free(message) }
      var read = OSCMessage(path: path)
      guard let types = lo_message_get_types(message), let arguments = lo_message_get_argv(message) else { return read }
      for index in 0..<Int(lo_message_get_argc(message)) {
        // Of the library's union only what was sent is there: an integer's four bytes may be the last ones.
        guard let argument = arguments[index].map({ UnsafeRawPointer($0) }) else { continue }
        switch UInt8(bitPattern: types[index]) {
        case UInt8(ascii: "i"): read.numbers.append(Double(argument.loadUnaligned(as: Int32.self)))
        case UInt8(ascii: "h"): read.numbers.append(Double(argument.loadUnaligned(as: Int64.self)))
        case UInt8(ascii: "f"): read.numbers.append(Double(argument.loadUnaligned(as: Float.self)))
        case UInt8(ascii: "d"): read.numbers.append(argument.loadUnaligned(as: Double.self))
        default: break
        }
      }
      return read
    }
  }

  /// What a message asks for; nil for nothing that is known.
  ///
  /// - Parameters:
  ///   - seconds: when it came, by the monotonic clock.
  ///   - quarters: where the master was then; nil while none runs.
  static func input(_ message: OSCMessage, seconds: Double, quarters: Double? = nil) -> PlayerInput? {
    let parts = message.path.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
    guard parts.count == 2, parts.first == "rlmusician", let verb = parts.last,
      message.numbers.allSatisfy(\.isFinite)
    else { return nil }
    let numbers = message.numbers
    func whole(_ index: Int, in range: ClosedRange<Int>) -> Int? {
      guard index < numbers.count, let number = Int(exactly: numbers[index].rounded()) else { return nil }
      return range.contains(number) ? number : nil
    }
    switch verb {
    case "note":
      guard let key = whole(0, in: 0...127), let velocity = whole(1, in: 0...127) else { return nil }
      return .note(key: key, velocity: velocity, seconds: seconds, quarters: quarters)
    case "pedal": return (numbers.first ?? 1) >= 0.5 ? .pedal(seconds: seconds, quarters: quarters) : nil
    case "rule":
      guard let rule = whole(0, in: 1...64), numbers.count > 1 else { return nil }
      return .rule(rule - 1, value: min(1, max(0, numbers[1])))
    default:
      guard let action = PlaybackConfiguration.Controls.Action(rawValue: String(verb)) else { return nil }
      // A volume without a number is none; a button without one is pressed.
      guard let value = numbers.first ?? (action == .volume || action == .tempo ? nil : 1) else { return nil }
      return .action(action, value: min(1, max(0, value)))
    }
  }
}
