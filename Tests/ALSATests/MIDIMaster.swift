#if Playback
  import Core
  import Foundation
  import Testing

  @testable import Playback

  /// Another program that sends MIDI clock to the program's port `Input`, by a queue of the kernel, and hears what the
  /// program plays, stamped by the same queue.
  ///
  /// It waits long for the program: in a machine that skips idle time minutes pass while a file is read from the host.
  ///
  /// - Note: `@unchecked Sendable`: one thread sends, and what was heard is read by the one that listened.
  final class MIDIMaster: @unchecked Sendable {
    /// What is to be sent when.
    struct Event {
      var nanoseconds: Int64
      var message: SequencerTimeline.Message
    }

    struct Heard {
      var nanoseconds: Int64
      var content: InputEvent.Content
      /// The key of a note that begins; nil for anything else.
      var onset: UInt8? {
        guard case .note(_, let key, 1...) = content else { return nil }
        return key
      }
    }

    let client: SequencerClient
    private(set) var heard: [Heard] = []

    init(name: String = "Master") throws {
      client = try SequencerClient(name: name, portName: "clock", inputName: "ear")
      client.runQueue()
    }

    /// Connects both ways, as soon as the program's ports are there.
    func connect(withinSeconds seconds: Double = 300, hears: Bool = true) throws {
      let end = ContinuousClock.now + .seconds(seconds)
      while ContinuousClock.now < end {
        let ports = try SequencerClient.listPorts().map(\.port).filter {
          $0.clientName == SequencerOutput.clientName
        }
        if let input = ports.first(where: { $0.portName == SequencerOutput.inputPortName }) {
          try client.connect(to: input.address)
          if hears, let output = ports.first(where: { $0.portName == SequencerOutput.portName }) {
            try client.connect(from: output.address)
          }
          return
        }
        usleep(20_000)
      }
      throw SequencerError(operation: "the program's port Input", code: -ENOENT)
    }

    /// Whether somebody has subscribed its clock, after a while.
    func isSubscribed(withinSeconds seconds: Double = 300) -> Bool {
      let end = ContinuousClock.now + .seconds(seconds)
      while client.subscribers().isEmpty, ContinuousClock.now < end { usleep(20_000) }
      return !client.subscribers().isEmpty
    }

    var now: Int64 { client.queueTime() }

    /// Sends all of it, and hears meanwhile and a little longer.
    func send(_ events: [Event], listeningFor seconds: Double = 0.5) {
      var next = 0
      let end = (events.last?.nanoseconds ?? now) + Int64(seconds * 1e9)
      while now < end {
        while next < events.count, events[next].nanoseconds < now + 1_000_000_000, client.freeCells() > 50 {
          if !client.schedule(events[next].message, at: events[next].nanoseconds) { break }
          next += 1
        }
        listen()
        usleep(5000)
      }
      listen()
    }

    private func listen() {
      for case .input(let event) in client.incoming() {
        heard.append(Heard(nanoseconds: event.nanoseconds, content: event.content))
      }
    }

    func forget() { heard = [] }

    /// Start, clocks and stop, from a time on.
    ///
    /// - Parameters:
    ///   - seconds: How long it runs.
    ///   - first: What it says before its first clock.
    ///   - stops: Whether it says that it stops; what ceases without a word is played on for a while.
    ///   - tempo: Quarter notes a minute at a second of its run.
    /// - Returns: the events, and when each quarter note is.
    static func run(
      from begin: Int64, seconds: Double, first: SequencerTimeline.Message? = .start, stops: Bool = true,
      tempo: (Double) -> Double
    ) -> (events: [Event], beats: [Int64]) {
      var events = first.map { [Event(nanoseconds: begin - 1_000_000, message: $0)] } ?? []
      var beats: [Int64] = []
      var time = 0.0
      var tick = 0
      // The sum of many ticks is not exact: what is a nanosecond before the end is at the end.
      while time < seconds - 1e-9 {
        let nanoseconds = begin + Int64(time * 1e9)
        events.append(Event(nanoseconds: nanoseconds, message: .clock))
        if tick % 24 == 0 { beats.append(nanoseconds) }
        tick += 1
        let guess = 60 / (24 * tempo(time))
        time += 60 / (24 * tempo(time + guess / 2))
      }
      if stops, let last = events.last {
        events.append(Event(nanoseconds: last.nanoseconds + 5_000_000, message: .stop))
      }
      return (events, beats)
    }

    /// A roll with a note in every step, two keys in turns, so that each step begins one.
    static func roll(steps: Int, in folder: URL) throws -> String {
      let rows = (0..<2).map { row in (0..<steps).map { $0 % 2 == row ? "1" : "0" }.joined(separator: "\t") }
      let file = folder.appending(path: "beats-\(steps).tsv")
      try Data((rows.joined(separator: "\n") + "\n").utf8).write(to: file)
      return file.path
    }
  }
#endif
