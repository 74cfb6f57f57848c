internal import CRealtime
internal import Core
internal import Foundation

/// The program's own soundfont: a few instruments, each a handful of harmonics, made by this code when it is needed. So
/// FluidSynth always sounds, wherever the program was copied to; `soundfonts/rl-musician.sf2` has the same bytes, for
/// other programs. Public domain (CC0).
public enum OwnSoundfont {
  /// The name of that file.
  static let fileName = "rl-musician.sf2"

  /// Writes the font as a file for other programs: `make soundfont`.
  ///
  /// - Throws: `FileError` if it cannot be written.
  public static func write(to path: String) throws { try OutputFile.replace(path, with: bytes) }

  /// The file's bytes: the same every time.
  static let bytes = SoundfontFile(
    name: "RL-Musician", copyright: "CC0 1.0 (public domain)",
    presets: [piano, vibraphone, organ, guitar, bass, strings, oboe, bassoon, clarinet, flute, square]
  ).bytes

  /// Lends the font as a file that exists only in memory.
  ///
  /// - Throws: What `body` throws; `DataError` if there is no memory for the file.
  static func withFile<Result>(_ body: (Soundfont) throws -> Result) throws -> Result {
    let bytes = bytes
    let file = bytes.withUnsafeBytes { content in
      content.baseAddress.map { rt_memory_file(fileName, $0, content.count) } ?? -1
    }
    guard file >= 0 else { throw DataError(file: "own soundfont", reason: String(cString: strerror(errno))) }
    defer { close(file) }
    return try body(
      Soundfont(path: "/proc/self/fd/\(file)", name: "the program's own soundfont", byteCount: bytes.count))
  }

  // MARK: Instruments

  /// Time as soundfonts have it: 1200 times the binary logarithm of seconds.
  private static func time(_ seconds: Double) -> Int16 { Int16((1200 * log2(seconds)).rounded()) }

  /// One zone a root key; each reaches to half way to its neighbours.
  private static func zones(
    _ name: String, roots: [Int], _ generators: [(SoundfontFile.Generator, Int16)], _ tone: (_ key: Int) -> Tone
  ) -> [SoundfontFile.Zone] {
    roots.indices.map { index in
      let low = index == 0 ? 0 : (roots[index - 1] + roots[index]) / 2 + 1
      let high = index == roots.count - 1 ? 127 : (roots[index] + roots[index + 1]) / 2
      return SoundfontFile.Zone(
        keys: low...high, sample: tone(roots[index]).sample(name: name, key: roots[index]), generators: generators)
    }
  }

  /// Harmonics that fall by a power of their number, fewer of them the higher the key.
  private static func falling(_ power: Double, key: Int, cutoff: Double = 9000) -> [Double] {
    let fundamental = MIDIKey(key)?.frequency ?? 440
    return (1...60).map { number in
      let frequency = fundamental * Double(number)
      return frequency > cutoff ? 0 : pow(Double(number), -power)
    }
  }

  private static var piano: SoundfontFile.Preset {
    let generators: [(SoundfontFile.Generator, Int16)] = [
      (.reverbSend, 120), (.attack, time(0.002)), (.decay, time(9)), (.sustain, 1000), (.release, time(0.35)),
      (.keyToDecay, 25),
    ]
    return .init(
      name: "Piano", program: 0,
      zones: zones("Piano", roots: [31, 43, 55, 67, 79, 91], generators) { key in
        let seconds = 0.28
        let frequency = MIDIKey(key)?.frequency ?? 440
        // A hammer at an eighth of the string leaves out every eighth harmonic; the higher ones fade first.
        let harmonics = falling(1.7, key: key).enumerated().map { index, level in
          level * (0.25 + abs(sin(Double.pi * Double(index + 1) / 8)))
        }
        return Tone(
          attackPeriods: max(8, Int(seconds * frequency)), harmonics: harmonics,
          attackGain: { 1 + 0.7 * Double(min($0, 14)) }, peak: 0.68)
      })
  }

  private static var vibraphone: SoundfontFile.Preset {
    .init(
      name: "Vibraphone", program: 11,
      zones: zones(
        "Vibraphone", roots: [53, 65, 77],
        [(.reverbSend, 200), (.attack, time(0.001)), (.decay, time(5)), (.sustain, 1000), (.release, time(0.8))]
      ) { _ in
        Tone(
          attackPeriods: 40, harmonics: [1, 0, 0, 0.18, 0, 0, 0, 0, 0, 0.03], attackGain: { Double($0) }, peak: 0.61)
      })
  }

  private static var organ: SoundfontFile.Preset {
    .init(
      name: "Organ", program: 16,
      zones: zones(
        "Organ", roots: [36, 48, 60, 72, 84],
        [(.chorusSend, 150), (.reverbSend, 150), (.attack, time(0.008)), (.release, time(0.06))]
      ) { _ in Tone(harmonics: [1, 0.75, 0.5, 0.45, 0, 0.3, 0, 0.28, 0, 0.12, 0, 0.1], peak: 0.17) })
  }

  private static var guitar: SoundfontFile.Preset {
    .init(
      name: "Plucked string", program: 24,
      zones: zones(
        "Plucked", roots: [40, 52, 64, 76],
        [
          (.reverbSend, 120), (.attack, time(0.001)), (.decay, time(4)), (.sustain, 1000), (.release, time(0.25)),
          (.keyToDecay, 30),
        ]
      ) { key in
        let frequency = MIDIKey(key)?.frequency ?? 440
        // Plucked at a fifth of the string.
        let harmonics = falling(2, key: key).enumerated().map { index, level in
          level * (0.15 + abs(sin(Double.pi * Double(index + 1) / 5)))
        }
        return Tone(
          attackPeriods: max(8, Int(0.25 * frequency)), harmonics: harmonics,
          attackGain: { 1 + 1.2 * Double(min($0, 12)) }, peak: 0.71)
      })
  }

  private static var bass: SoundfontFile.Preset {
    .init(
      name: "Bass", program: 32,
      zones: zones(
        "Bass", roots: [31, 43],
        [(.attack, time(0.002)), (.decay, time(3)), (.sustain, 1000), (.release, time(0.15))]
      ) { key in
        Tone(
          attackPeriods: 16, harmonics: falling(2.2, key: key, cutoff: 2500),
          attackGain: { 1 + 0.8 * Double(min($0, 8)) }, peak: 0.68)
      })
  }

  private static var strings: SoundfontFile.Preset {
    .init(
      name: "Strings", program: 48,
      zones: zones(
        "Strings", roots: [43, 55, 67, 79],
        [(.chorusSend, 100), (.reverbSend, 250), (.attack, time(0.09)), (.release, time(0.35))]
      ) { key in
        Tone(
          periodFrames: 64, loopPeriods: 240, harmonics: falling(1.25, key: key, cutoff: 5500), peak: 0.318,
          sideLines: [0, -1, 1])
      })
  }

  /// A sound of reeds: it speaks at once and is kept up by the breath.
  private static func reed(
    _ name: String, program: Int, roots: [Int], harmonics: [Double], peak: Double
  ) -> SoundfontFile.Preset {
    .init(
      name: name, program: program,
      zones: zones(
        name, roots: roots,
        [
          (.vibratoToPitch, 6), (.reverbSend, 180), (.vibratoDelay, time(0.35)), (.vibratoFrequency, -700),
          (.attack, time(0.03)), (.release, time(0.09)),
        ]
      ) { _ in Tone(attackPeriods: 4, harmonics: harmonics, peak: peak) })
  }

  private static var oboe: SoundfontFile.Preset {
    reed(
      "Oboe", program: 68, roots: [60, 72, 84], harmonics: [0.6, 0.75, 0.9, 0.55, 0.3, 0.2, 0.12, 0.06], peak: 0.355)
  }

  private static var bassoon: SoundfontFile.Preset {
    reed(
      "Bassoon", program: 70, roots: [36, 48, 60], harmonics: [0.5, 0.8, 1, 0.8, 0.5, 0.28, 0.16, 0.1, 0.06],
      peak: 0.38)
  }

  private static var clarinet: SoundfontFile.Preset {
    reed(
      "Clarinet", program: 71, roots: [53, 65, 77], harmonics: [1, 0.04, 0.55, 0.05, 0.3, 0.05, 0.14, 0.03, 0.07],
      peak: 0.23)
  }

  private static var flute: SoundfontFile.Preset {
    .init(
      name: "Flute", program: 73,
      zones: zones(
        "Flute", roots: [60, 72, 84],
        [
          (.vibratoToPitch, 9), (.reverbSend, 200), (.vibratoDelay, time(0.25)), (.vibratoFrequency, -700),
          (.attack, time(0.05)), (.release, time(0.12)),
        ]
      ) { _ in Tone(attackPeriods: 4, harmonics: [1, 0.45, 0.16, 0.07, 0.03, 0.015], peak: 0.238) })
  }

  private static var square: SoundfontFile.Preset {
    .init(
      name: "Square lead", program: 80,
      zones: zones(
        "Square", roots: [36, 48, 60, 72, 84, 96],
        [(.reverbSend, 100), (.attack, time(0.004)), (.release, time(0.08))]
      ) { key in
        Tone(harmonics: falling(1, key: key).enumerated().map { $0.offset % 2 == 0 ? $0.element : 0 }, peak: 0.172)
      })
  }
}
