public import Core

/// What can be heard through on this machine: `rlmusician devices`.
public struct DeviceReport: Sendable {
  private let devices: [PCMProbe]
  private let ports: [SequencerClient.ListedPort]
  private let soundfonts: [String]
  private let realtime: RealtimePermission

  /// Looks around. Needs no device and makes no sound; waits for nobody.
  public init() {
    devices = PCMProbe.all()
    ports = (try? SequencerClient.listPorts()) ?? []
    let search = SoundfontSearch()
    soundfonts = (search.named(nil).map { [$0] } ?? []) + search.candidates()
    realtime = RealtimePermission.current()
  }

  /// For tests.
  init(
    devices: [PCMProbe], ports: [SequencerClient.ListedPort], soundfonts: [String], realtime: RealtimePermission
  ) {
    self.devices = devices
    self.ports = ports
    self.soundfonts = soundfonts
    self.realtime = realtime
  }

  // MARK: For people

  /// Four short lists.
  public var text: String {
    Self.list("PCM devices (--play alsa:NAME)", devices.map(Self.line))
      + Self.list("MIDI ports (--play midi:CLIENT:PORT)", ports.filter(\.isWritable).map(\.port.description))
      + Self.list("soundfonts (--soundfont FILE)", soundfonts + ["the program's own, if none is named"])
      + realtimeText
  }

  private static func list(_ title: String, _ lines: [String]) -> String {
    lines.isEmpty ? "\(title): none\n" : "\(title):\n" + lines.map { "  \($0)\n" }.joined()
  }

  private static func line(_ device: PCMProbe) -> String {
    let about = device.description.isEmpty ? "" : " (\(device.description))"
    switch device.answer {
    case .accepts(let formats, let rates, _, let channels):
      return "\(device.name)\(about): \(formats.joined(separator: " ")), \(Self.range(rates)) Hz, "
        + "\(Self.range(channels)) channels"
    case .busy: return "\(device.name)\(about): in use by another program"
    case .failed(let reason): return "\(device.name)\(about): \(reason)"
    }
  }

  private static func range(_ range: ClosedRange<Int>) -> String {
    range.count == 1 ? "\(range.lowerBound)" : "\(range.lowerBound)-\(range.upperBound)"
  }

  private var realtimeText: String {
    if let priority = realtime.byDesktop { return "real-time priority: \(priority), by rtkit\n" }
    return realtime.isAllowed
      ? "real-time priority: allowed\n" : "real-time priority: not allowed; \(RealtimePermission.advice)\n"
  }

  // MARK: For programs

  /// The same, and more, as JSON.
  public var json: OrderedJSON {
    .object([
      .init("pcm", .array(devices.map(Self.json))), .init("midi", .array(ports.map(Self.json))),
      .init("soundfonts", .array(soundfonts.map { .string($0) })),
      .init(
        "realtime",
        .object([
          .init("allowed", .boolean(realtime.isAllowed)), .init("rtprio_limit", .unsigned(realtime.limit)),
          .init("rtkit_priority", realtime.byDesktop.map { .integer(Int($0)) } ?? .null),
          .init("memlock_bytes", realtime.lockableBytes.map { .unsigned($0) } ?? .null),
        ])),
    ])
  }

  private static func json(_ device: PCMProbe) -> OrderedJSON {
    var members: [OrderedJSON.Member] = [
      .init("name", .string(device.name)), .init("description", .string(device.description)),
    ]
    switch device.answer {
    case .accepts(let formats, let rates, let commonRates, let channels):
      members += [
        .init("state", .string("available")), .init("formats", .array(formats.map { .string($0) })),
        .init("rate_min", .integer(rates.lowerBound)), .init("rate_max", .integer(rates.upperBound)),
        .init("rates", .array(commonRates.map { .integer($0) })),
        .init("channels_min", .integer(channels.lowerBound)), .init("channels_max", .integer(channels.upperBound)),
      ]
    case .busy: members.append(.init("state", .string("busy")))
    case .failed(let reason): members += [.init("state", .string("failed")), .init("reason", .string(reason))]
    }
    return .object(members)
  }

  private static func json(_ listed: SequencerClient.ListedPort) -> OrderedJSON {
    .object([
      .init("address", .string(listed.port.address.description)), .init("client", .string(listed.port.clientName)),
      .init("port", .string(listed.port.portName)), .init("writable", .boolean(listed.isWritable)),
      .init("readable", .boolean(listed.isReadable)),
    ])
  }
}
