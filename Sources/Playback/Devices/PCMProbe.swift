internal import CALSA
internal import Foundation

/// A playback device of ALSA and what it accepts.
struct PCMProbe: Sendable, Hashable {
  /// What a device was willing to say.
  enum Answer: Sendable, Hashable {
    /// Formats by ALSA's names, rates in frames per second, numbers of channels.
    case accepts(formats: [String], rates: ClosedRange<Int>, commonRates: [Int], channels: ClosedRange<Int>)
    /// Another program has it.
    case busy
    /// alsa-lib's reason.
    case failed(String)
  }

  /// What to write after `--play alsa:`.
  var name: String
  /// For people; may be empty.
  var description: String
  var answer: Answer

  /// The formats our output may ask for, and the others a card may have.
  private static let formats: [(String, snd_pcm_format_t)] = [
    ("FLOAT_LE", SND_PCM_FORMAT_FLOAT_LE), ("S32_LE", SND_PCM_FORMAT_S32_LE), ("S24_LE", SND_PCM_FORMAT_S24_LE),
    ("S24_3LE", SND_PCM_FORMAT_S24_3LE), ("S16_LE", SND_PCM_FORMAT_S16_LE), ("U8", SND_PCM_FORMAT_U8),
  ]
  private static let rates: [UInt32] = [
    8000, 11025, 16000, 22050, 32000, 44100, 48000, 88200, 96000, 176_400, 192_000, 384_000,
  ]

  /// The default device, the sound servers', and every card's; none if this machine cannot have sound.
  ///
  /// A device is opened without waiting, so that a busy one answers at once.
  static func all() -> [PCMProbe] {
    guard SoundSystem.isPresent() else { return [] }
    ALSALog.install()
    let hints = SoundSystem.deviceNames()
    // The default need not be among the hints.
    let servers = ["default"] + ["pipewire", "pulse"].filter(hints.contains)
    return servers.map { PCMProbe(name: $0, description: "", answer: ask($0)) }
      + cards().map { PCMProbe(name: $0.name, description: $0.description, answer: ask($0.name)) }
  }

  /// The playback devices of the kernel's cards.
  private static func cards() -> [(name: String, description: String)] {
    var found: [(name: String, description: String)] = []
    var card: Int32 = -1
    while snd_card_next(&card) == 0, card >= 0 {
      var control: OpaquePointer?
      guard snd_ctl_open(&control, "hw:\(card)", SND_CTL_NONBLOCK) == 0 else { continue }
      defer { snd_ctl_close(control) }
      var info: OpaquePointer?
      guard snd_ctl_card_info_malloc(&info) == 0 else { continue }
      defer { snd_ctl_card_info_free(info) }
      guard snd_ctl_card_info(control, info) == 0 else { continue }
      let id = String(cString: snd_ctl_card_info_get_id(info))
      let cardName = String(cString: snd_ctl_card_info_get_name(info))
      var device: Int32 = -1
      while snd_ctl_pcm_next_device(control, &device) == 0, device >= 0 {
        guard let name = playbackName(control, device: device) else { continue }
        found.append(("hw:CARD=\(id),DEV=\(device)", "\(cardName), \(name)"))
      }
    }
    return found
  }

  /// The device's name; nil if it only records.
  private static func playbackName(_ control: OpaquePointer?, device: Int32) -> String? {
    var info: OpaquePointer?
    guard snd_pcm_info_malloc(&info) == 0 else { return nil }
    defer { snd_pcm_info_free(info) }
    snd_pcm_info_set_device(info, UInt32(device))
    snd_pcm_info_set_subdevice(info, 0)
    snd_pcm_info_set_stream(info, SND_PCM_STREAM_PLAYBACK)
    guard snd_ctl_pcm_info(control, info) == 0 else { return nil }
    return String(cString: snd_pcm_info_get_name(info))
  }

  private static func ask(_ name: String) -> Answer {
    var pcm: OpaquePointer?
    let code = snd_pcm_open(&pcm, name, SND_PCM_STREAM_PLAYBACK, SND_PCM_NONBLOCK)
    if code == -EBUSY || code == -EAGAIN { return .busy }
    guard code == 0 else { return .failed(String(cString: snd_strerror(code))) }
    defer { snd_pcm_close(pcm) }
    var parameters: OpaquePointer?
    guard snd_pcm_hw_params_malloc(&parameters) == 0 else { return .failed("no memory") }
    defer { snd_pcm_hw_params_free(parameters) }
    let any = snd_pcm_hw_params_any(pcm, parameters)
    guard any >= 0 else { return .failed(String(cString: snd_strerror(any))) }
    var (low, high, direction) = (UInt32(0), UInt32(0), Int32(0))
    snd_pcm_hw_params_get_rate_min(parameters, &low, &direction)
    snd_pcm_hw_params_get_rate_max(parameters, &high, &direction)
    var (fewest, most) = (UInt32(0), UInt32(0))
    snd_pcm_hw_params_get_channels_min(parameters, &fewest)
    snd_pcm_hw_params_get_channels_max(parameters, &most)
    return .accepts(
      formats: formats.filter { snd_pcm_hw_params_test_format(pcm, parameters, $0.1) == 0 }.map(\.0),
      rates: Int(low)...Int(max(low, high)),
      commonRates: rates.filter { snd_pcm_hw_params_test_rate(pcm, parameters, $0, 0) == 0 }.map { Int($0) },
      channels: Int(fewest)...Int(max(fewest, most)))
  }
}
