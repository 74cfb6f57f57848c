import CKernels

/// Everything that can happen in a task, and what of it can still finish.
///
/// What the rules look back at folds into a few numbers (place in the bar's rhythm, where the motion began, skips in a
/// row, ...); beginnings that agree in them and in time and pitch are one *state*. The default task has about 17,000.
/// The table of their continuations takes some milliseconds to make, is exact, and is what players, searches and policies
/// walk on: whoever takes only *open* continuations never runs into a dead end.
///
/// - Note: `@unchecked Sendable`: nothing in it changes after `init`.
public final class CounterpointTable: @unchecked Sendable {
  /// What it is the table of.
  public let task: CounterpointTask
  let table: UnsafeMutablePointer<ck_counterpoint_table>
  /// Keys and degrees by position, the melody by step, for the kernels.
  let keys: UnsafeMutablePointer<Int16>
  let degrees: UnsafeMutablePointer<UInt8>
  let melody: UnsafeMutablePointer<Int16>

  /// States of a table at most: about 400 MB with their continuations.
  static let stateLimit: UInt32 = 3_000_000

  /// The table of a task under these rules; lines that were composed before are kept clear of (`PartRules`).
  ///
  /// - Returns: nil if there are too many states: rules that limit neither motion nor intervals may do that.
  public init?(_ task: CounterpointTask, rules: [any CounterpointRule]) {
    self.task = task
    let scale = task.scale
    keys = .allocate(capacity: scale.keys.count)
    degrees = .allocate(capacity: scale.keys.count)
    melody = .allocate(capacity: task.stepCount)
    for position in scale.keys.indices {
      keys[position] = Int16(scale.keys[position])
      degrees[position] = UInt8(scale.degree(at: position))
    }
    for step in 0..<task.stepCount { melody[step] = Int16(task.melodyKeys[step]) }
    var switches = Self.switches(rules)
    let parts = PartRules(task)
    // A part beyond another keeps near to that one instead.
    if parts?.hasNeighbour == true { switches.interval = -1 }
    var description = ck_counterpoint_task(
      steps: Int32(task.stepCount), positions: Int32(scale.keys.count), start: Int32(task.start), end: Int32(task.end),
      lowest: Int32(task.range.lowerBound), highest: Int32(task.range.upperBound),
      start_pause: Int32(task.startPause), most_skip: Int32(task.maximumSkip), above: task.isAbove ? 1 : 0, key: keys,
      degree: degrees, melody: melody, sounding: nil, beginning: nil, moves: nil)
    func make() -> UnsafeMutablePointer<ck_counterpoint_table>? {
      ck_counterpoint_table_create(&description, &switches, Self.stateLimit)
    }
    let made =
      if let parts {
        parts.sounding.withUnsafeBufferPointer { sounding in
          parts.beginning.withUnsafeBufferPointer { beginning in
            parts.moves.withUnsafeBufferPointer { moves in
              description.sounding = sounding.baseAddress
              description.beginning = beginning.baseAddress
              description.moves = moves.baseAddress
              return make()
            }
          }
        }
      } else {
        make()
      }
    guard let made else {
      keys.deallocate()
      degrees.deallocate()
      melody.deallocate()
      return nil
    }
    table = made
  }

  deinit {
    ck_counterpoint_table_destroy(table)
    keys.deallocate()
    degrees.deallocate()
    melody.deallocate()
  }

  /// The kernels' form of a list of rules.
  private static func switches(_ rules: [any CounterpointRule]) -> ck_counterpoint_rules {
    var switches = ck_counterpoint_rules()
    switches.motion = -1
    switches.interval = -1
    for rule in rules { rule.fold(into: &switches) }
    return switches
  }

  /// Valid continuations, of all states.
  public var continuationCount: Int { Int(table.pointee.edge_count) }
  /// Those of them that can finish.
  public var openContinuationCount: Int { Int(table.pointee.open_count) }

  /// Whether any line finishes.
  public var canFinish: Bool { task.lastOnset <= CounterpointTask.stepsPerBar || table.pointee.open_first[1] > 0 }

  /// The valid continuations of a state, ascending by action: duration first, then movement.
  func continuations(of state: UInt32, open: Bool = false) -> UnsafeBufferPointer<ck_counterpoint_edge> {
    let first = open ? table.pointee.open_first : table.pointee.first
    let edges = open ? table.pointee.open : table.pointee.edges
    let start = Int(first[Int(state)])
    return UnsafeBufferPointer(start: edges + start, count: Int(first[Int(state) + 1]) - start)
  }

  /// The step at which a state's next note begins.
  func step(of state: UInt32) -> Int { Int(table.pointee.step[Int(state)]) }
}

/// A line in the kernels' form. Belongs to one thread.
final class LineBuffer {
  let line: UnsafeMutablePointer<ck_counterpoint_line>

  init() {
    line = .allocate(capacity: 1)
    line.pointee.count = 0
  }

  deinit { line.deallocate() }

  /// Notes between the first and the last.
  var count: Int {
    get { Int(line.pointee.count) }
    set { line.pointee.count = Int32(newValue) }
  }

  /// The notes; `count` of them are there.
  var notes: UnsafeMutablePointer<ck_counterpoint_edge> { ck_counterpoint_notes(line) }

  /// The state after the notes that are there.
  var state: UInt32 { count > 0 ? notes[count - 1].to : 0 }

  func append(_ note: ck_counterpoint_edge) {
    notes[count] = note
    count += 1
  }

  func copy(from other: LineBuffer) {
    count = other.count
    notes.update(from: other.notes, count: other.count)
  }

  /// Takes the notes of a finished line, as far as they are continuations of the table.
  func load(_ line: CounterpointLine, on table: CounterpointTable) {
    count = 0
    for note in line.notes.dropFirst().dropLast() {
      let edge = table.continuations(of: state).first {
        Int($0.position) == note.position && Int($0.duration) == note.end - note.onset
      }
      guard let edge else { return }
      append(edge)
    }
  }

  /// The same notes as a line of a task.
  func line(of task: CounterpointTask) -> CounterpointLine {
    var line = CounterpointLine(task)
    for index in 0..<count {
      let note = notes[index]
      guard let next = line.continuation(movement: Int(note.movement), duration: Int(note.duration)) else { break }
      line.append(next)
    }
    return line
  }
}
