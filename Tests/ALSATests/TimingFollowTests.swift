#if Playback
  import Core
  import Foundation
  import Testing

  @testable import Playback

  /// How exactly pieces follow a master's clock, by the kernel's clock, in a machine whose time the host cannot disturb.
  @Suite(.alsaKernel, .serialized, .timeLimit(.minutes(60))) final class TimingFollowTests {
    let folder = FileManager.default.temporaryDirectory.appending(path: "follow-\(UUID().uuidString)")

    init() throws { try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true) }

    deinit { try? FileManager.default.removeItem(at: folder) }

    /// `FOLLOW_MINUTES` without drift are asked for: then all the rest is longer, too.
    private let minutes = ProcessInfo.processInfo.environment["FOLLOW_MINUTES"].flatMap { Double($0) }
    /// Seconds at each tempo.
    private var seconds: Double { minutes == nil ? 12 : 100 }

    /// A program that waits for its master.
    private func player(steps: Int = 2000) throws -> Program {
      try Program(
        ["play", try MIDIMaster.roll(steps: steps, in: folder), "--play", "midi", "--sync", "clock"],
        folder: folder.appending(path: UUID().uuidString))
    }

    /// Milliseconds from each beat to the note that begins in it.
    private func errors(_ master: MIDIMaster, _ beats: [Int64]) -> [Double] {
      let onsets = master.heard.filter { $0.onset != nil }.map(\.nanoseconds)
      #expect(abs(onsets.count - beats.count) <= 1, "\(onsets.count) onsets, \(beats.count) beats")
      return zip(onsets, beats).map { Double($0 - $1) / 1e6 }
    }

    /// The first note follows a clock that nobody could expect, as soon as the program has woken up, which is the machine's
    /// speed; it is said, and not counted.
    private func report(_ name: String, _ errors: [Double]) -> Double {
      let sorted = errors.dropFirst().map(abs).sorted()
      guard !sorted.isEmpty else { return .infinity }
      let p99 = sorted[sorted.count * 99 / 100]
      print(
        "following, \(name): \(sorted.count) beats,",
        String(
          format: "median %.3f ms, p99 %.3f ms, max %.3f ms; before them the first: %.3f ms", sorted[sorted.count / 2],
          p99, sorted[sorted.count - 1], errors[0]))
      return p99
    }

    @Test(arguments: [60.0, 120, 180]) func beatsAreTheMastersBeats(_ tempo: Double) throws {
      let program = try player()
      let master = try MIDIMaster()
      try master.connect()
      let run = MIDIMaster.run(from: master.now + 5_000_000_000, seconds: seconds) { _ in tempo }
      master.send(run.events)
      #expect(report("\(tempo) bpm", errors(master, run.beats)) < 2)
      program.send(SIGTERM)
      #expect(program.ending() == 143, "\(program.standardError)")
    }

    @Test func aRampIsFollowed() throws {
      let program = try player()
      let master = try MIDIMaster()
      try master.connect()
      let run = MIDIMaster.run(from: master.now + 5_000_000_000, seconds: 60) { second in
        second < 30 ? 60 + 4 * second : 300 - 4 * second
      }
      master.send(run.events)
      #expect(report("a ramp from 60 to 180 bpm and back, 4 bpm a second", errors(master, run.beats)) < 2)
      program.send(SIGTERM)
      #expect(program.ending() == 143, "\(program.standardError)")
    }

    /// `FOLLOW_MINUTES` of it, a third unless it says otherwise: the second half's average error is the first half's.
    @Test func thereIsNoDrift() throws {
      let minutes = minutes ?? 1.0 / 3
      let program = try player(steps: 4000)
      let master = try MIDIMaster()
      try master.connect()
      let run = MIDIMaster.run(from: master.now + 5_000_000_000, seconds: 60 * minutes) { _ in 132.7 }
      master.send(run.events)
      let errors = errors(master, run.beats)
      #expect(report("132.7 bpm for \(minutes) minutes", errors) < 2)
      let halves = [errors.prefix(errors.count / 2).dropFirst(), errors.suffix(errors.count / 2)]
        .map { $0.reduce(0, +) / Double(max(1, $0.count)) }
      print("following: mean error \(halves[0]) ms in the first half, \(halves[1]) ms in the second")
      #expect(abs(halves[0] - halves[1]) < 0.5)
      program.send(SIGTERM)
      #expect(program.ending() == 143, "\(program.standardError)")
    }

    @Test func stopIsSilentWithin20Milliseconds() throws {
      let program = try player()
      let master = try MIDIMaster()
      try master.connect()
      for round in 0..<5 {
        master.forget()
        let begin = master.now + 500_000_000
        let events = MIDIMaster.run(from: begin, seconds: 1.3 + 0.07 * Double(round)) { _ in 120 }.events
        let stop = events.last?.nanoseconds ?? begin
        master.send(events)
        var sounding: Set<UInt8> = []
        var last = begin
        for event in master.heard {
          guard case .note(_, let key, let velocity) = event.content else { continue }
          if velocity > 0 { sounding.insert(key) } else { sounding.remove(key) }
          last = event.nanoseconds
        }
        print("following: silent \(Double(last - stop) / 1e6) ms after the stop")
        #expect(sounding.isEmpty && last - stop < 20_000_000)
        #expect(master.heard.contains { $0.onset != nil })
      }
      program.send(SIGTERM)
      #expect(program.ending() == 143, "\(program.standardError)")
    }

    /// Ten thousand ticks a second, two seconds long, and a second master: the first is followed as before.
    @Test func hostileMastersDoNoHarm() throws {
      let program = try player()
      let master = try MIDIMaster()
      try master.connect()
      let (flood, second) = (try MIDIMaster(name: "Flood"), try MIDIMaster(name: "Second"))
      try flood.connect(hears: false)
      try second.connect(hears: false)
      let begin = master.now + 2_000_000_000
      let run = MIDIMaster.run(from: begin, seconds: 12) { _ in 120 }
      let other = MIDIMaster.run(from: second.now + 5_000_000_000, seconds: 6) { _ in 77 }
      let noise = Thread {
        var random = UInt64(1)
        let messages: [SequencerTimeline.Message] = [
          .clock, .start, .stop, .resume, .position(12345), .midi(.noteOn(channel: 3, key: 5, velocity: 7)),
          .midi(.systemExclusive([1, 2, 3])), .midi(.controlChange(channel: 0, controller: 7, value: 0)),
        ]
        usleep(5_000_000)
        for burst in 0..<200 {
          for _ in 0..<100 {
            random = random &* 6_364_136_223_846_793_005 &+ 1
            flood.client.sendNow(burst % 2 == 0 ? .clock : messages[Int(random >> 60) % messages.count])
          }
          usleep(10_000)
        }
      }
      noise.start()
      let others = Thread { second.send(other.events) }
      others.start()
      master.send(run.events)
      #expect(report("120 bpm beside two hostile masters", errors(master, run.beats)) < 5)
      #expect(program.standardError.contains("a second master"))
      program.send(SIGTERM)
      #expect(program.ending() == 143, "\(program.standardError)")
    }
  }
#endif
