/// A SoundFont 2.01 file, written from its parts. What each chunk means: the specification's sections 4 to 7.
struct SoundfontFile {
  /// One recorded period or more of a tone.
  struct Sample {
    var name: String
    /// 16-bit samples; at least 8 follow the loop.
    var frames: [Int16]
    /// Frames of the loop within `frames`.
    var loop: Range<Int>
    /// Frames per second.
    var sampleRate: Int
    /// The MIDI key that sounds when it is played as it is.
    var rootKey: Int
  }

  /// A sample on a range of keys.
  struct Zone {
    var keys: ClosedRange<Int>
    var sample: Sample
    /// Generators of the specification's section 8.1.2, in ascending order of their numbers.
    var generators: [(Generator, Int16)]
  }

  /// The generators we use.
  enum Generator: UInt16 {
    case vibratoToPitch = 6
    case filterCutoff = 8
    case chorusSend = 15
    case reverbSend = 16
    case vibratoDelay = 23
    case vibratoFrequency = 24
    case attack = 34
    case decay = 36
    case sustain = 37
    case release = 38
    case keyToDecay = 40
  }

  /// A program of bank 0.
  struct Preset {
    var name: String
    var program: Int
    var zones: [Zone]
  }

  var name: String
  var copyright: String
  var presets: [Preset]

  private static let keyRange: UInt16 = 43
  private static let instrument: UInt16 = 41
  private static let sampleModes: UInt16 = 54
  private static let sampleID: UInt16 = 53
  /// Zeros that the specification wants after each sample.
  private static let gap = 46

  /// The file.
  var bytes: [UInt8] {
    var samples = Bytes()
    var headers = Bytes()
    var (phdr, pbag, pgen) = (Bytes(), Bytes(), Bytes())
    var (inst, ibag, igen) = (Bytes(), Bytes(), Bytes())
    var (instrumentZones, instrumentGenerators, sampleCount) = (0, 0, 0)
    for (index, preset) in presets.enumerated() {
      phdr.text(preset.name, width: 20)
      phdr.words([UInt16(preset.program), 0, UInt16(index)])
      phdr.zeros(12)
      pbag.words([UInt16(index), 0])
      pgen.words([Self.instrument, UInt16(index)])
      inst.text(preset.name, width: 20)
      inst.words([UInt16(instrumentZones)])
      for zone in preset.zones {
        ibag.words([UInt16(instrumentGenerators), 0])
        igen.words([Self.keyRange, UInt16(zone.keys.lowerBound | zone.keys.upperBound << 8)])
        for (generator, amount) in zone.generators { igen.words([generator.rawValue, UInt16(bitPattern: amount)]) }
        igen.words([Self.sampleModes, 1, Self.sampleID, UInt16(sampleCount)])
        instrumentGenerators += zone.generators.count + 3
        instrumentZones += 1
        append(zone.sample, to: &samples, header: &headers)
        sampleCount += 1
      }
    }
    let count = UInt16(presets.count)
    phdr.text("EOP", width: 20)
    phdr.words([0, 0, count])
    phdr.zeros(12)
    pbag.words([count, 0])
    pgen.words([0, 0])
    inst.text("EOI", width: 20)
    inst.words([UInt16(instrumentZones)])
    ibag.words([UInt16(instrumentGenerators), 0])
    igen.words([0, 0])
    headers.text("EOS", width: 46)
    var noModulators = Bytes()
    noModulators.zeros(10)

    var information = Bytes()
    information.chunk("ifil", [2, 0, 1, 0])
    information.chunk("isng", Bytes.terminated("EMU8000"))
    information.chunk("INAM", Bytes.terminated(name))
    information.chunk("ICOP", Bytes.terminated(copyright))
    var data = Bytes()
    data.chunk("smpl", samples.content)
    var tables = Bytes()
    for (tag, table) in [
      ("phdr", phdr), ("pbag", pbag), ("pmod", noModulators), ("pgen", pgen), ("inst", inst), ("ibag", ibag),
      ("imod", noModulators), ("igen", igen), ("shdr", headers),
    ] { tables.chunk(tag, table.content) }
    var body = Bytes()
    body.content += Array("sfbk".utf8)
    for (tag, list) in [("INFO", information), ("sdta", data), ("pdta", tables)] {
      body.chunk("LIST", Array(tag.utf8) + list.content)
    }
    var file = Bytes()
    file.chunk("RIFF", body.content)
    return file.content
  }

  private func append(_ sample: Sample, to samples: inout Bytes, header: inout Bytes) {
    let start = samples.content.count / 2
    samples.words(sample.frames.map { UInt16(bitPattern: $0) })
    samples.zeros(2 * Self.gap)
    header.text(sample.name, width: 20)
    for place in [start, start + sample.frames.count, start + sample.loop.lowerBound, start + sample.loop.upperBound] {
      header.long(UInt32(place))
    }
    header.long(UInt32(sample.sampleRate))
    header.content += [UInt8(sample.rootKey), 0]
    header.words([0, 1])
  }

  /// Little-endian bytes.
  private struct Bytes {
    var content: [UInt8] = []

    mutating func words(_ words: [UInt16]) {
      for word in words { content += [UInt8(truncatingIfNeeded: word), UInt8(word >> 8)] }
    }

    mutating func long(_ value: UInt32) {
      words([UInt16(truncatingIfNeeded: value), UInt16(value >> 16)])
    }

    mutating func zeros(_ count: Int) { content += [UInt8](repeating: 0, count: count) }

    mutating func text(_ text: String, width: Int) {
      let bytes = Array(text.utf8.prefix(width - 1))
      content += bytes + [UInt8](repeating: 0, count: width - bytes.count)
    }

    mutating func chunk(_ tag: String, _ data: [UInt8]) {
      content += Array(tag.utf8)
      long(UInt32(data.count))
      content += data
      if data.count % 2 == 1 { content.append(0) }
    }

    /// Zero-terminated, of even length.
    static func terminated(_ text: String) -> [UInt8] {
      let bytes = Array(text.utf8) + [0]
      return bytes.count % 2 == 0 ? bytes : bytes + [0]
    }
  }
}
