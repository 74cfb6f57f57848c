extension PlaybackConfiguration {
  /// `playback.osc`: Open Sound Control in and out.
  public struct OSC: Sendable, Hashable {
    /// Who is told what is heard.
    public struct Destination: Sendable, Hashable {
      /// A name or an address.
      public var host: String
      /// A UDP port.
      public var port: Int

      /// A destination of these parts.
      public init(host: String, port: Int) { (self.host, self.port) = (host, port) }
    }

    /// `port`: the UDP port that is heard; nil: none.
    public var port: Int?
    /// `address`: the address of this machine that it is heard on.
    public var address = "127.0.0.1"
    /// `send_to`.
    public var destinations: [Destination] = []

    /// Nothing is heard or sent.
    public init() {}

    init(_ section: ConfigurationSection) throws(ConfigurationError) {
      port = try section.optionalInteger("port", in: 1...65_535)
      address = try section.string("address", default: "127.0.0.1")
      let numbers = address.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
      guard numbers.count == 4, numbers.allSatisfy({ $0 != nil }) else {
        throw section.error("address", allowed: "an IPv4 address of this machine; 0.0.0.0 for all of them")
      }
      let words = try section.scalars("send_to") ?? []
      if !section.has("send_to") { section.record("send_to", .list([])) }
      for word in words {
        let parts = word.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, let port = Int(parts[1]), (1...65_535).contains(port),
          words.count <= 16, parts[0].utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else {
          throw section.error(
            "send_to", found: "\(TextQuoting.quote(Array(word.utf8), limit: 60)) in the list",
            allowed: "up to 16 of HOST:PORT, as 127.0.0.1:9000")
        }
        destinations.append(Destination(host: String(parts[0]), port: port))
      }
    }
  }
}
