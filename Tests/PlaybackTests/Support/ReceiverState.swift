#if Playback
  import Core

  /// What a receiver of MIDI remembers of tunings: the pitch it would play a key at.
  struct ReceiverState {
    private var parameter: [UInt8: [UInt8]] = [:]
    private(set) var zone: UInt8 = 0
    private var range: [UInt8: Double] = [:]
    private var bend: [UInt8: Double] = [:]
    private var program: [UInt8: UInt8] = [:]
    private var tunings: [UInt8: [UInt8: Double]] = [:]

    init(_ messages: some Sequence<MIDIMessage> = []) { messages.forEach { hear($0) } }

    mutating func hear(_ message: MIDIMessage) {
      switch message {
      case .controlChange(let channel, 101, let value): parameter[channel] = [value, 127]
      case .controlChange(let channel, 100, let value): parameter[channel] = [parameter[channel]?[0] ?? 127, value]
      case .controlChange(let channel, 6, let value):
        switch parameter[channel] {
        case [0, 0]: range[channel] = Double(value)
        case [0, 3]: program[channel] = value
        case [0, 6]: zone = value
        default: break
        }
      case .pitchBend(let channel, let value): bend[channel] = (Double(value) - 8192) / 8192
      case .systemExclusive(let data) where data.prefix(4) == [0x7F, 0x7F, 8, 2]:
        for start in stride(from: 6, to: data.count, by: 4) {
          let fraction = Double(Int(data[start + 2]) << 7 | Int(data[start + 3])) / 16384
          tunings[data[4], default: [:]][data[start]] = Double(data[start + 1]) + fraction
        }
      default: break
      }
    }

    /// Semitones above key 0 of twelve-tone equal temperament.
    func pitch(channel: UInt8, key: UInt8) -> Double {
      (program[channel].flatMap { tunings[$0]?[key] } ?? Double(key)) + (bend[channel] ?? 0) * (range[channel] ?? 2)
    }

    /// Whether every key of every channel is where General MIDI has it, and bends reach as far.
    var isTwelveToneEqual: Bool {
      zone == 0 && range.values.allSatisfy { $0 == 2 } && program.values.allSatisfy { $0 == 0 }
        && (0..<16).allSatisfy { channel in (0..<128).allSatisfy { pitch(channel: channel, key: $0) == Double($0) } }
    }
  }
#endif
