/// What a person writes after `midi:`: a client and a port, each by number or by name.
///
/// `14`, `14:0`, `Midi Through`, `Midi Through:0`, `Midi Through:Midi Through Port-0`. Names may be shortened and their
/// case does not matter; an exact name wins. A name may contain colons: every way to split the text is tried.
public struct SequencerDestination: Sendable, Hashable, CustomStringConvertible {
  /// As it was written.
  public let text: String

  /// - Returns: nil if there is nothing in it.
  public init?(_ text: String) {
    let trimmed = text.trimmingSpaces()
    guard !trimmed.isEmpty else { return nil }
    self.text = trimmed
  }

  /// As it was written.
  public var description: String { text }

  /// The port that is meant: the best match, among equals the lowest address.
  public func choose(from ports: [SequencerPort]) -> SequencerPort? {
    ports.compactMap { port in quality(of: port).map { (quality: $0, port: port) } }
      .min {
        ($0.quality, $0.port.address.client, $0.port.address.port) < (
          $1.quality, $1.port.address.client, $1.port.address.port
        )
      }?
      .port
  }

  /// How well a port fits, 0 best; nil if it is not meant.
  private func quality(of port: SequencerPort) -> Int? {
    var best = Self.quality(text, number: port.address.client, name: port.clientName)
    for colon in text.indices where text[colon] == ":" {
      let client = String(text[..<colon]).trimmingSpaces()
      let name = String(text[text.index(after: colon)...]).trimmingSpaces()
      guard let ofClient = Self.quality(client, number: port.address.client, name: port.clientName) else { continue }
      // `14:` is `14`.
      let ofPort = name.isEmpty ? 0 : Self.quality(name, number: port.address.port, name: port.portName)
      guard let ofPort else { continue }
      best = min(best ?? .max, ofClient + ofPort)
    }
    return best
  }

  /// 0 the number or the very name, 1 the name in another case, 2 its beginning; nil none of these.
  private static func quality(_ wanted: String, number: Int, name: String) -> Int? {
    if wanted == String(number) || wanted == name { return 0 }
    let (wanted, name) = (wanted.lowercased(), name.trimmingSpaces().lowercased())
    if wanted == name { return 1 }
    return !wanted.isEmpty && name.hasPrefix(wanted) ? 2 : nil
  }
}

extension String {
  fileprivate func trimmingSpaces() -> String {
    String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
  }
}
