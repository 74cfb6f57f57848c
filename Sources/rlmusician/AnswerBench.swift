import CDispatch
import Core
import Daemon
import Foundation

/// `rlmusician bench --answers`: how long after a phrase's end its answer is ready, by the clock on the wall, while every
/// processor trains.
///
/// First what composing takes: from the keys that were played to a piece. Then the whole way through a daemon that trains
/// session after session: until the answer is composed, handed to the player, and written into the library.
struct AnswerBench {
  /// Melodies of each kind.
  var melodies = 100

  private static let columns: [(title: String, key: String, digits: Int)] = [
    ("median ms", "median_milliseconds", 1), ("99 % ms", "p99_milliseconds", 1),
    ("slowest ms", "slowest_milliseconds", 1),
    ("refused", "refused", 0),
  ]
  private static let kinds: [(name: String, kind: PlaybackConfiguration.Answer.Kind, voices: Int)] = [
    ("counterpoint", .counterpoint, 1), ("counterpoint, two voices", .counterpoint, 2),
    ("counterpoint, three voices", .counterpoint, 3), ("continuation", .continuation, 1), ("theme", .theme, 1),
  ]

  /// Both tables.
  func sections() throws -> [BenchSection] { [try composing(), try daemon()] }

  private func composing() throws -> BenchSection {
    let folder = FileManager.default.temporaryDirectory.appending(path: "rlmusician-answers-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let trainer = try Bench.start(Self.program, ["-p", "1000000", "--no-play", "-o", folder])
    defer {
      kill(trainer, SIGKILL)
      Bench.wait(for: trainer)
    }
    Thread.sleep(forTimeInterval: 1)
    let rows = Self.kinds.map { kind in
      measure(kind.name) { number in
        do {
          let phrase = try PhraseQuantizer.phrase(Self.played(number))
          return try PhraseAnswer(phrase, kind: kind.kind, voices: kind.voices, seed: UInt64(number)).piece.parts
            .isEmpty
        } catch { return true }
      }
    }
    return BenchSection(
      key: "answers_composed", title: "an answer is composed, \(melodies) melodies, while every processor trains",
      columns: Self.columns, rows: rows)
  }

  private func daemon() throws -> BenchSection {
    let folder = FileManager.default.temporaryDirectory.appending(path: "rlmusician-answers-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let configuration = """
      playback: {play: 'null'}
      daemon: {library: \(folder)/library, sessions: {rate: free}, retention: {free_megabytes: 0},
        http: {port: 0, socket: \(folder)/socket}}
      """
    try OutputFile.replace("\(folder)/c.yml", with: Array(configuration.utf8))
    let process = try Bench.start(Self.program, ["daemon", "-c", "\(folder)/c.yml"])
    defer {
      kill(process, SIGTERM)
      Bench.wait(for: process)
    }
    let client = ControlClient(path: "\(folder)/socket")
    for attempt in 1... {
      if (try? client.ask("GET", "/api/status")) != nil { break }
      guard attempt < 300 else {
        throw FileError(.noInput, path: client.path, reason: "no daemon after half a minute")
      }
      Thread.sleep(forTimeInterval: 0.1)
    }
    let rows = Self.kinds.map { kind in
      measure(kind.name) { number in
        let notes = Self.played(number).map { "[\($0.onset), \($0.duration), \($0.key), \($0.velocity)]" }
        let body =
          #"{"kind": "\#(kind.kind.rawValue)", "voices": \#(kind.voices), "notes": [\#(notes.joined(separator: ", "))]}"#
        let answer = try? client.ask("POST", "/api/melody", body: Data(body.utf8))
        return answer?.status != 200
      }
    }
    return BenchSection(
      key: "answers_of_a_daemon",
      title: "a daemon that trains answers \(melodies) melodies: composed, handed to the player, in the library",
      columns: Self.columns, rows: rows)
  }

  /// - Parameter work: gets the melody's number; returns whether there was no answer.
  private func measure(_ name: String, _ work: (Int) -> Bool) -> BenchSection.Row {
    var times: [Double] = []
    var refused = 0
    for number in 0..<melodies {
      let begin = DispatchTime.now().uptimeNanoseconds
      if work(number) { refused += 1 }
      times.append(Double(DispatchTime.now().uptimeNanoseconds - begin) * 1e-6)
    }
    times.sort()
    let last = times.count - 1
    return .init(
      name: name,
      values: [times[times.count / 2], times[min(last, times.count * 99 / 100)], times[last], Double(refused)])
  }

  private static var program: String { Bundle.main.executablePath ?? CommandLine.arguments[0] }

  /// Two to eight bars of a scale, as a hand plays them: on no grid exactly, at 70 to 130 a minute.
  private static func played(_ number: Int) -> [PlayedNote] {
    var random = RandomSource(seed: 20_261_126, purpose: .session, population: number, candidate: 0)
    let scale = [[0, 2, 4, 5, 7, 9, 11], [0, 2, 3, 5, 7, 8, 10]][number % 2]
    let tonic = Int.random(in: 48...67, using: &random)
    let quarter = 60 / Double.random(in: 70...130, using: &random)
    let end = 4 * Double(Int.random(in: 2...8, using: &random))
    var (position, degree) = (0.0, 0)
    var notes: [PlayedNote] = []
    while position < end {
      let length = min(end - position, [0.5, 0.5, 1, 1, 1, 2][Int.random(in: 0..<6, using: &random)])
      let octave = degree >= 0 ? degree / 7 : (degree - 6) / 7
      notes.append(
        PlayedNote(
          onset: max(0, position * quarter + Double.random(in: -0.015...0.015, using: &random)),
          duration: 0.9 * length * quarter, key: tonic + 12 * octave + scale[degree - 7 * octave],
          velocity: Int.random(in: 60...110, using: &random)))
      position += length
      degree = max(-4, min(9, degree + [-2, -1, -1, 1, 1, 2, 3][Int.random(in: 0..<7, using: &random)]))
    }
    return notes
  }
}
