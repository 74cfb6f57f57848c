/// The address of a port of the ALSA sequencer: `14:0`.
public struct SequencerAddress: Sendable, Hashable, Codable, CustomStringConvertible {
  /// The client's number.
  public var client: Int
  /// The port's number within the client.
  public var port: Int

  /// An address of these numbers.
  public init(client: Int, port: Int) {
    self.client = client
    self.port = port
  }

  /// `CLIENT:PORT`.
  public var description: String { "\(client):\(port)" }
}

/// A port of the ALSA sequencer, with the names of its own and of its client.
public struct SequencerPort: Sendable, Hashable, Codable, CustomStringConvertible {
  /// Where it is now; another number the next time its program starts.
  public var address: SequencerAddress
  /// The client's name.
  public var clientName: String
  /// The port's name.
  public var portName: String

  /// A port of these parts.
  public init(address: SequencerAddress, clientName: String, portName: String) {
    self.address = address
    self.clientName = clientName
    self.portName = portName
  }

  /// Whether this is that port, perhaps after its program was started again under other numbers.
  func hasNames(of other: SequencerPort) -> Bool { clientName == other.clientName && portName == other.portName }

  /// `14:0 'Midi Through' 'Midi Through Port-0'`.
  public var description: String { "\(address) '\(clientName)' '\(portName)'" }
}
