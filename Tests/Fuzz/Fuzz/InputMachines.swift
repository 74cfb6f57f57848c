@testable import Core
@testable import Playback

/// The state machines behind the port `Input`: what may come there is any message from anybody at any time.
enum InputMachines {
  /// Four bytes an event: what, who and in which unit of time, how much of it.
  private static func events(_ bytes: [UInt8]) -> [(kind: UInt8, source: Int, nanoseconds: Double, value: Int)] {
    stride(from: 0, to: bytes.count - 3, by: 4).map { index in
      let scale: [Double] = [0, 1, 1e3, 1e5, 1e6, 1e7, 1e8, 1e10]
      let amount = Double(Int8(bitPattern: bytes[index + 2]))
      return (
        bytes[index], Int(bytes[index + 1] >> 6), amount * scale[Int(bytes[index + 1] & 7)], Int(bytes[index + 3])
      )
    }
  }

  @Sendable static func clock(_ bytes: [UInt8]) throws {
    var follower = ClockFollower(goesOn: bytes.first ?? 0 > 127)
    var time = 0.0
    for event in events(bytes) {
      time += event.nanoseconds
      let message: ClockFollower.Message
      switch event.kind % 16 {
      case 0: message = .start
      case 1: message = .stop
      case 2: message = .resume
      case 3: message = .position((event.value - 128) * 1000)
      default: message = .clock
      }
      for change in follower.receive(message, from: event.source, at: time) {
        // Who goes on alone for days comes far.
        if case .moved(let position, _) = change { precondition((0...1e12).contains(position)) }
      }
      if event.value > 200 { _ = follower.advance(to: time + Double(event.value) * 1e8) }
      if event.value == 7 { follower.leave(event.source) }
      precondition(ClockFilter.periods.contains(follower.filter.period))
      precondition(follower.position(at: time).isFinite && follower.time(of: 1000).isFinite)
      precondition(follower.planningLimit(at: time, margin: 15e6).isFinite)
    }
  }

  /// Keys, pedals and knobs by anybody at any time, with a master that comes and goes: phrases, or refusals in words.
  @Sendable static func hands(_ bytes: [UInt8]) throws {
    let meters = ["4/4", "3/4", "6/8", "5/4"]
    var answer = PlaybackConfiguration.Answer()
    (answer.kind, answer.endKey) = (.counterpoint, 108)
    if bytes.first ?? 0 > 127 { answer.tempo = 72 }
    var reader = PhraseReader(answer, meter: Meter(meters[Int(bytes.first ?? 0) % 4]) ?? .common)
    let controls = PlaybackConfiguration.Controls()
    var time = 0.0
    for event in events(bytes) {
      time += event.nanoseconds * 1e-9
      let quarters = event.source < 2 ? nil : time * Double(event.source)
      let input: PlayerInput
      switch event.kind % 8 {
      case 0: input = .pedal(seconds: time, quarters: quarters)
      case 1: input = .knob(.control(event.value % 128), value: 0.7, seconds: time, quarters: quarters)
      default: input = .note(key: event.value % 128, velocity: Int(event.kind >> 3), seconds: time, quarters: quarters)
      }
      let over = input.meaning(controls).flatMap { reader.take($0) }
      for played in [over, event.value == 7 ? reader.advance(to: time) : nil].compactMap({ $0 }) {
        precondition(played.beginning.isFinite && played.barSeconds.isFinite && played.barSeconds > 0)
        if case .success(let phrase) = played.phrase {
          precondition(phrase.notes.count >= 2 && phrase.stepCount <= 4096)
        }
      }
      precondition(reader.deadline?.isFinite ?? true)
    }
  }

  @Sendable static func phrase(_ bytes: [UInt8]) throws {
    var collector = PhraseCollector(rest: 2, endKey: 108)
    var (time, phrases) = (0.0, [[PlayedNote]]())
    for event in events(bytes) {
      time += event.nanoseconds * 1e-9
      let over =
        switch event.kind % 8 {
        case 0: collector.pedal(at: time)
        case 1: collector.advance(to: time)
        default: collector.note(key: event.value % 128, velocity: Int(event.kind >> 3), at: time)
        }
      if let over { phrases.append(over) }
    }
    if let last = collector.pedal(at: time) { phrases.append(last) }
    for notes in phrases {
      for clock in [PhraseQuantizer.Clock.seconds, .quarters(seconds: 0.5)] {
        guard let phrase = try? PhraseQuantizer.phrase(notes, clock: clock) else { continue }
        precondition(zip(phrase.notes, phrase.notes.dropFirst()).allSatisfy { $0.end <= $1.onset })
        precondition(phrase.notes.allSatisfy { $0.duration > 0 && $0.onset >= 0 } && phrase.stepSeconds > 0)
        _ = phrase.melodyText
      }
    }
  }
}
