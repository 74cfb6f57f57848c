import Core
@preconcurrency import Foundation

/// One table of measurements.
struct BenchSection {
  /// One line: what was measured, and its numbers in the order of `columns`.
  struct Row {
    var name: String
    var values: [Double]
  }

  var key: String
  var title: String
  /// Names for people and for JSON, with the digits behind the point.
  var columns: [(title: String, key: String, digits: Int)]
  var rows: [Row]

  var json: OrderedJSON {
    .array(
      rows.map { row in
        .object(
          [.init("name", .string(row.name))]
            + zip(columns, row.values).map { .init($0.key, .number($1)) })
      })
  }

  var table: String {
    let width = rows.map(\.name.count).max() ?? 0
    var text = title + "\n" + String(repeating: " ", count: width + 2)
    text += columns.map { "  " + $0.title }.joined() + "\n"
    for row in rows {
      text += "  " + row.name.padding(toLength: width, withPad: " ", startingAt: 0)
      for (column, value) in zip(columns, row.values) {
        let number = String(format: "%.\(column.digits)f", value)
        text += String(repeating: " ", count: max(2, column.title.count + 2 - number.count)) + number
      }
      text += "\n"
    }
    return text
  }
}

/// The measurements.
struct Bench {
  var repeats: Int
  /// Of the default training.
  var populations: Int
  var method: AgentConfiguration.Method

  private static let speed: [(title: String, key: String, digits: Int)] = [
    ("million steps/s", "million_steps_per_second", 1), ("best", "best_million_steps_per_second", 1),
    ("seconds", "seconds", 4), ("million steps", "million_steps", 1),
  ]

  /// Default training on 1, 2, 4, ... threads.
  func threads(upTo most: Int) throws -> BenchSection {
    let counts = Array(sequence(first: 1) { $0 * 2 }.prefix { $0 < most }) + [most]
    return BenchSection(
      key: "threads", title: "default training, by threads", columns: Self.speed,
      rows: try counts.map { try training("\($0)", "", populations: populations, threads: $0) })
  }

  /// Default training by every method, on one thread.
  func methods() throws -> BenchSection {
    BenchSection(
      key: "methods", title: "default training on one thread, by method", columns: Self.speed,
      rows: try AgentConfiguration.Method.allCases.map {
        try training($0.rawValue, "agent: {method: \($0.rawValue)}", populations: populations)
      })
  }

  /// Default training on every path of the kernels, on one thread.
  func paths() throws -> BenchSection {
    BenchSection(
      key: "paths", title: "default training on one thread, by vector instructions", columns: Self.speed,
      rows: try Kernels.available.map { try training($0.name, "", populations: max(1, populations / 2), kernels: $0) })
  }

  /// How time grows with the size of rolls and populations, on one thread.
  func scaling() throws -> [BenchSection] {
    let rows = try [25, 49, 88, 128].map { count in
      // Steps drawn from fewer populations where each takes longer.
      try training("\(count)", "environment: {n_semitones: \(count)}", populations: max(4, 500 / count))
    }
    let steps = try [33, 129, 513].map { count in
      try training("\(count)", "environment: {n_roll_steps: \(count)}", populations: max(2, 660 / count))
    }
    let sizes = try [150, 1500, 15_000].map { count in
      try training(
        "\(count)", "agent: {method: cross_entropy, population_size: \(count)}", populations: max(1, 3000 / count))
    }
    return [
      BenchSection(key: "rows", title: "by rows, one thread", columns: Self.speed, rows: rows),
      BenchSection(key: "steps", title: "by steps of a roll, one thread", columns: Self.speed, rows: steps),
      BenchSection(
        key: "populations", title: "by candidates of a population (cross-entropy), one thread", columns: Self.speed,
        rows: sizes),
    ]
  }

  private func training(
    _ name: String, _ text: String, populations: Int, threads: Int = 1, kernels: Kernels = .best
  ) throws -> BenchSection.Row {
    let configuration = try Configuration(
      text: text.contains("agent:") ? text : "\(text)\nagent: {method: \(method.rawValue)}", file: "bench")
    var steps = 0
    let seconds = (0..<repeats).map { seed in
      let training = Training(configuration: configuration, seed: UInt64(seed), threads: threads, kernels: kernels)
      return Self.seconds { for _ in 0..<populations { steps = training.trainPopulation().environmentSteps } }
    }.sorted()
    let median = seconds[seconds.count / 2]
    let millions = Double(steps) / 1e6
    return .init(name: name, values: [millions / median, millions / seconds[0], median, millions])
  }

  /// The default piece, rendered without writing it.
  func synthesizer() throws -> BenchSection {
    let configuration = try Configuration(text: "", file: "bench")
    let training = Training(configuration: configuration, seed: 1, threads: 1)
    for _ in 0..<100 { _ = training.trainPopulation() }
    let piece = training.composePiece(episode: 0)
    let left = UnsafeMutablePointer<Float>.allocate(capacity: PieceRenderer.blockFrames)
    let right = UnsafeMutablePointer<Float>.allocate(capacity: PieceRenderer.blockFrames)
    defer {
      left.deallocate()
      right.deallocate()
    }
    var audio = 0.0
    let seconds = try (0..<max(3, repeats)).map { _ in
      var renderer = try PieceRenderer(piece, sampleRate: 44_100)
      audio = Double(renderer.frameCount) / 44_100
      return Self.seconds { while renderer.render(left: left, right: right) > 0 {} }
    }.sorted()
    let median = seconds[seconds.count / 2]
    return BenchSection(
      key: "synthesizer", title: "sine synthesizer, a default piece on one thread",
      columns: [("x real time", "times_real_time", 0), ("seconds", "seconds", 4), ("audio s", "audio_seconds", 1)],
      rows: [.init(name: "sine", values: [audio / median, median, audio])])
  }

  /// The program's own start and end.
  func start() throws -> BenchSection {
    let program = Bundle.main.executablePath ?? CommandLine.arguments[0]
    let seconds = try (0..<max(5, repeats)).map { _ in
      // Not with `Process`, which polls for the end.
      var failure: Int32 = 0
      let seconds = Self.seconds { failure = Self.run(program, "--help") }
      guard failure == 0 else { throw FileError(.noInput, path: program, errno: failure) }
      return seconds
    }.sorted()
    return BenchSection(
      key: "start", title: "start", columns: [("milliseconds", "milliseconds", 1)],
      rows: [.init(name: "rlmusician --help", values: [seconds[seconds.count / 2] * 1000])])
  }

  /// Runs a program, its output thrown away, to its end.
  ///
  /// - Returns: 0 or what went wrong.
  private static func run(_ program: String, _ argument: String) -> Int32 {
    do {
      wait(for: try start(program, [argument], throwsErrorsAway: false))
      return 0
    } catch {
      return error.code
    }
  }

  /// What the system says to a program that cannot be started.
  struct StartError: Error {
    var code: Int32
  }

  /// Starts a program whose output is thrown away.
  static func start(_ program: String, _ words: [String], throwsErrorsAway: Bool = true) throws(StartError) -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0)
    if throwsErrorsAway { posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0) }
    var arguments: [UnsafeMutablePointer<CChar>?] = ([program] + words).map { strdup($0) } + [nil]
    defer { for argument in arguments { free(argument) } }
    var process = pid_t()
    let failure = posix_spawn(&process, program, &actions, nil, &arguments, environ)
    guard failure == 0 else { throw StartError(code: failure) }
    return process
  }

  /// Waits for a program's end.
  static func wait(for process: pid_t) {
    var status: Int32 = 0
    while waitpid(process, &status, 0) < 0, errno == EINTR {}
  }

  private static func seconds(_ body: () -> Void) -> Double {
    let begin = DispatchTime.now().uptimeNanoseconds
    body()
    return Double(max(1, DispatchTime.now().uptimeNanoseconds - begin)) / 1e9
  }
}
