internal import CALSA

extension SequencerClient {
  /// A port and what it may be used for.
  struct ListedPort {
    var port: SequencerPort
    /// Others may send to it.
    var isWritable: Bool
    /// Others may receive from it.
    var isReadable: Bool
  }

  /// Every port of the sequencer that is not hidden, in order of address; the system's own client is left out.
  static func ports(of handle: OpaquePointer) -> [ListedPort] {
    var client: OpaquePointer?
    var port: OpaquePointer?
    guard snd_seq_client_info_malloc(&client) == 0 else { return [] }
    defer { snd_seq_client_info_free(client) }
    guard snd_seq_port_info_malloc(&port) == 0 else { return [] }
    defer { snd_seq_port_info_free(port) }
    var found: [ListedPort] = []
    snd_seq_client_info_set_client(client, -1)
    while snd_seq_query_next_client(handle, client) >= 0 {
      let number = snd_seq_client_info_get_client(client)
      if number == Int32(SND_SEQ_CLIENT_SYSTEM) { continue }
      let clientName = String(cString: snd_seq_client_info_get_name(client))
      snd_seq_port_info_set_client(port, number)
      snd_seq_port_info_set_port(port, -1)
      while snd_seq_query_next_port(handle, port) >= 0 {
        let capability = Int32(bitPattern: snd_seq_port_info_get_capability(port))
        if capability & SND_SEQ_PORT_CAP_NO_EXPORT != 0 { continue }
        func can(_ bits: Int32) -> Bool { capability & bits == bits }
        found.append(
          ListedPort(
            port: SequencerPort(
              address: SequencerAddress(client: Int(number), port: Int(snd_seq_port_info_get_port(port))),
              clientName: clientName, portName: String(cString: snd_seq_port_info_get_name(port))),
            isWritable: can(SND_SEQ_PORT_CAP_WRITE | SND_SEQ_PORT_CAP_SUBS_WRITE),
            isReadable: can(SND_SEQ_PORT_CAP_READ | SND_SEQ_PORT_CAP_SUBS_READ)))
      }
    }
    return found
  }

  /// What the sequencer has, without making a port. Empty if there is no sequencer.
  static func listPorts() throws(SequencerError) -> [ListedPort] {
    ALSALog.install()
    var handle: OpaquePointer?
    let code = snd_seq_open(&handle, "default", SND_SEQ_OPEN_DUPLEX, SND_SEQ_NONBLOCK)
    guard code >= 0, let handle else { throw SequencerError(operation: "snd_seq_open", code: code) }
    defer { snd_seq_close(handle) }
    let own = Int(snd_seq_client_id(handle))
    return ports(of: handle).filter { $0.port.address.client != own }
  }
}
