import CDispatch
import Core
import Daemon
import Foundation
import Synchronization

/// `rlmusician bench --answers`: how long after a phrase's end its answer is ready, by the clock on the wall, while every
/// processor trains; and the same beside other programs, as many as there are processors, none of which stands back.
///
/// First what composing takes: from the keys that were played to a piece. Then the whole way through a daemon that trains
/// session after session: until the answer is composed and handed to the player, and until it is in the library.
struct AnswerBench {
  /// Melodies of each kind.
  var melodies = 100

  private static let columns: [(title: String, key: String, digits: Int)] = [
    ("median ms", "median_milliseconds", 1), ("99 % ms", "p99_milliseconds", 1),
    ("slowest ms", "slowest_milliseconds", 1), ("refused", "refused", 0),
  ]
  private static let daemonColumns: [(title: String, key: String, digits: Int)] =
    columns + [
      ("in the library, median ms", "library_median_milliseconds", 1),
      ("slowest ms", "library_slowest_milliseconds", 1),
    ]
  private static let kinds: [(name: String, kind: PlaybackConfiguration.Answer.Kind, voices: Int)] = [
    ("counterpoint", .counterpoint, 1), ("counterpoint, two voices", .counterpoint, 2),
    ("counterpoint, three voices", .counterpoint, 3), ("continuation", .continuation, 1), ("theme", .theme, 1),
  ]

  /// Both tables, twice.
  func sections() throws -> [BenchSection] {
    var sections = [try composing(), try daemon()]
    let others = try (0..<ProcessInfo.processInfo.activeProcessorCount).map { _ in
      try Bench.start(
        Self.program, ["bench", "--training", "--method", "cross_entropy", "--populations", "1000000"])
    }
    defer {
      for other in others {
        kill(other, SIGKILL)
        Bench.wait(for: other)
      }
    }
    for section in [try composing(), try daemon()] {
      sections.append(
        BenchSection(
          key: section.key + "_beside_others", title: section.title + "; \(others.count) other programs compute, too",
          columns: section.columns, rows: section.rows))
    }
    return sections
  }

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
    // As whoever is waited for does it: on a thread before all others.
    let rows = Mutex<[BenchSection.Row]>([])
    let done = DispatchSemaphore(value: 0)
    let isStarted = SystemThread.start {
      ThreadPriority.first.adopt()
      let measured = Self.kinds.map { kind in
        let results = (0..<melodies).map { Self.compose($0, kind.kind, kind.voices) }
        return BenchSection.Row(name: kind.name, values: Self.values(results))
      }
      rows.withLock { $0 = measured }
      done.signal()
    }
    guard isStarted else { throw SystemThread.RefusedError() }
    done.wait()
    return BenchSection(
      key: "answers_composed", title: "an answer is composed, \(melodies) melodies, while every processor trains",
      columns: Self.columns, rows: rows.withLock { $0 })
  }

  /// - Returns: milliseconds until the piece is there; nil if there is none.
  private static func compose(_ number: Int, _ kind: PlaybackConfiguration.Answer.Kind, _ voices: Int) -> Double? {
    let played = played(number)
    let begin = DispatchTime.now().uptimeNanoseconds
    guard let phrase = try? PhraseQuantizer.phrase(played),
      (try? PhraseAnswer(phrase, kind: kind, voices: voices, seed: UInt64(number))) != nil
    else { return nil }
    return Double(DispatchTime.now().uptimeNanoseconds - begin) * 1e-6
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
    Thread.sleep(forTimeInterval: 1)
    let rows = Self.kinds.map { kind in
      var (ready, library): ([Double?], [Double?]) = ([], [])
      for number in 0..<melodies {
        let notes = Self.played(number).map { "[\($0.onset), \($0.duration), \($0.key), \($0.velocity)]" }
        let body =
          #"{"kind": "\#(kind.kind.rawValue)", "voices": \#(kind.voices), "notes": [\#(notes.joined(separator: ", "))]}"#
        let begin = DispatchTime.now().uptimeNanoseconds
        let answer = try? client.ask("POST", "/api/melody", body: Data(body.utf8))
        let state = answer.flatMap { try? JSONSerialization.jsonObject(with: $0.body) as? [String: Any] }
        ready.append(state?["milliseconds"] as? Double)
        library.append(
          state?["piece"] == nil ? nil : Double(DispatchTime.now().uptimeNanoseconds - begin) * 1e-6)
      }
      let written = Self.values(library)
      return BenchSection.Row(name: kind.name, values: Self.values(ready) + [written[0], written[2]])
    }
    return BenchSection(
      key: "answers_of_a_daemon",
      title: "a daemon that trains answers \(melodies) melodies: composed and handed to the player; in the library",
      columns: Self.daemonColumns, rows: rows)
  }

  /// Median, 99th percentile, the largest, and how many are missing.
  private static func values(_ milliseconds: [Double?]) -> [Double] {
    let times = milliseconds.compactMap { $0 }.sorted()
    guard let last = times.last else { return [0, 0, 0, Double(milliseconds.count)] }
    return [
      times[times.count / 2], times[min(times.count - 1, times.count * 99 / 100)], last,
      Double(milliseconds.count - times.count),
    ]
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
