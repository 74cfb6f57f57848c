import Foundation

@testable import Core
@testable import Daemon
@testable import Playback

/// Every parser of bytes that come from users, files, devices or the network, by its name; the corpora have the same.
enum Parsers {
  static let all: [String: @Sendable ([UInt8]) throws -> Void] = [
    "yaml": yaml, "roll": roll, "scala": scala, "keyboard": keyboard, "piece": piece, "safetensors": safetensors,
    "http": HTTPRequests.parse, "answer": answer, "soundfont": soundfont, "environment": environment,
    "effects": effects, "words": words, "melody": melody, "midi": midi, "musicxml": musicXML, "osc": osc,
    "clock": InputMachines.clock, "phrase": InputMachines.phrase, "hands": InputMachines.hands,
  ]

  @Sendable private static func yaml(_ bytes: [UInt8]) throws {
    let configuration = try Configuration(text: ConfigurationFile.text(bytes, file: "c.yml"), file: "c.yml")
    let again = try Configuration(text: configuration.effectiveText, file: "effective.yml")
    precondition(again.digest == configuration.digest)
  }

  @Sendable private static func roll(_ bytes: [UInt8]) throws {
    let roll = try PianoRollTSV.parse(bytes, file: "r.tsv")
    let again = try PianoRollTSV.parse(Array(PianoRollTSV.text(roll).utf8), file: "again")
    precondition(again == roll)
  }

  private static let lowest = MIDIKey(name: "A2")!

  @Sendable private static func scala(_ bytes: [UInt8]) throws {
    let tuning = try ScalaScale(bytes: bytes, file: "s.scl").tuning(name: "s", lowest: lowest)
    for degree in -300...300 { precondition(!tuning.frequency(ofDegree: degree, above: lowest).isNaN) }
  }

  @Sendable private static func keyboard(_ bytes: [UInt8]) throws {
    let keyboard = try ScalaKeyboard(bytes: bytes, file: "k.kbm")
    for scale in [
      Tuning.twelveToneEqual, Tuning(name: "five", degreesInCents: [0, 100, 300, 600, 1000], periodInCents: -1200),
    ] {
      guard let tuning = keyboard.tuning(of: scale, from: lowest) else { continue }
      // Rows are keys: the tuning's degrees have the keys' frequencies.
      for (degree, key) in keyboard.mappedKeys(from: lowest).enumerated() {
        guard let expected = keyboard.frequency(ofKey: key, in: scale), (1e-3...1e6).contains(expected) else {
          continue
        }
        precondition(abs(tuning.frequency(ofDegree: degree, above: lowest) / expected - 1) < 1e-6)
      }
    }
  }

  @Sendable private static func piece(_ bytes: [UInt8]) throws {
    let roll = PianoRoll(rowCount: 2, stepCount: 4)
    let piece = try PieceJSON.parse(bytes, roll: roll, file: "piece.json")
    _ = try PieceJSON.parse(Array(PieceJSON.text(piece, programVersion: "1").utf8), roll: roll, file: "again")
  }

  @Sendable private static func safetensors(_ bytes: [UInt8]) throws {
    let tensors = try Safetensors(bytes, file: "w.safetensors")
    _ = try? Checkpoint(tensors, file: "w.safetensors")
    _ = try AgentWeightsFile(tensors, file: "w.safetensors")
  }

  @Sendable private static func answer(_ bytes: [UInt8]) throws { _ = try ControlClient.parse(Data(bytes)) }

  @Sendable private static func soundfont(_ bytes: [UInt8]) throws {
    let path = "/tmp/rlmusician-fuzz-\(getpid()).sf2"
    try Data(bytes).write(to: URL(filePath: path))
    defer { unlink(path) }
    _ = try Soundfont(path: path)
  }

  @Sendable private static func environment(_ bytes: [UInt8]) throws {
    var session = EnvironmentSession(PianoRollEnvironment(try Configuration(text: "", file: "c.yml").environment))
    for line in bytes.split(separator: 10, omittingEmptySubsequences: false).prefix(20) {
      let answer = session.answer(line)
      _ = try JSONParser.parse(Array(answer.utf8), file: "answer")
    }
  }

  @Sendable private static func effects(_ bytes: [UInt8]) throws {
    _ = try SoundEffect.list(json: String(decoding: bytes, as: UTF8.self))
  }

  @Sendable private static func melody(_ bytes: [UInt8]) throws {
    _ = try MelodyFile.read(bytes, file: "m.mid", cuts: bytes.count % 2 == 0)
  }

  @Sendable private static func midi(_ bytes: [UInt8]) throws {
    _ = try PhraseQuantizer.Phrase(
      file: Array("MThd".utf8) + bytes.dropFirst(bytes.starts(with: Array("MThd".utf8)) ? 4 : 0))
  }

  @Sendable private static func musicXML(_ bytes: [UInt8]) throws {
    _ = try MusicXMLMelody.read(String(decoding: bytes, as: UTF8.self), file: "m.musicxml", cuts: bytes.count % 2 == 0)
  }

  /// Packets, and what they would make the player do.
  @Sendable private static func osc(_ bytes: [UInt8]) throws {
    for message in OSCReader.messages(bytes) {
      switch OSCReader.input(message, seconds: 1) {
      case .action(_, let value): precondition((0...1).contains(value))
      case .rule(let number, let value): precondition((0..<64).contains(number) && (0...1).contains(value))
      case .note(let key, let velocity, _, _): precondition((0...127).contains(key) && (0...127).contains(velocity))
      case .pedal, .knob, nil: break
      }
    }
  }

  /// Short texts of the command line and of the configuration.
  @Sendable private static func words(_ bytes: [UInt8]) throws {
    let text = String(decoding: bytes, as: UTF8.self)
    _ = PlaybackTarget(text)
    _ = SequencerDestination(text)
    _ = AudioContainer.list(text)
    _ = MIDIKey(name: text)
    _ = PublicURL(text)
    _ = ByteRange(text, of: bytes.count)
    _ = TextQuoting.printable(text)
  }
}
