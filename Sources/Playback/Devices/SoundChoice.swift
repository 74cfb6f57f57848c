/// What a person may choose from: names of outputs and soundfonts, found without opening a device.
public struct SoundChoice: Sendable {
  /// As `--play` takes them.
  public let outputs: [String]
  /// Paths of the soundfonts that are found.
  public let soundfonts: [String]

  /// Looks around.
  public init() {
    let devices = SoundSystem.isPresent() ? SoundSystem.deviceNames().filter { $0 != "null" } : []
    let ports = (try? SequencerClient.listPorts()) ?? []
    outputs =
      ["auto"] + devices.map { "alsa:\($0)" } + ["midi"]
      + ports.filter(\.isWritable).map { "midi:\($0.port.address.client):\($0.port.address.port)" } + ["null", "none"]
    soundfonts = SoundfontSearch().candidates()
  }
}
