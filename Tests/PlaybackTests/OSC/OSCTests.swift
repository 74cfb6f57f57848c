#if Playback
  import Core
  import Foundation
  import Glibc
  import Testing

  @testable import Playback

  /// Open Sound Control: packets as they are on the wire, and what they mean here.
  @Suite(.timeLimit(.minutes(1))) struct OSCTests {
    private static func text(_ text: String) -> [UInt8] {
      let bytes = Array(text.utf8) + [0]
      return bytes + [UInt8](repeating: 0, count: (4 - bytes.count % 4) % 4)
    }
    private static func word(_ bits: UInt32) -> [UInt8] {
      (0..<4).map { UInt8(truncatingIfNeeded: bits >> (24 - 8 * $0)) }
    }
    /// A message with numbers: integers where they are whole.
    private static func message(_ path: String, _ numbers: [Double] = []) -> [UInt8] {
      let types = "," + numbers.map { $0 == $0.rounded() ? "i" : "f" }.joined()
      return text(path) + text(types)
        + numbers.flatMap { $0 == $0.rounded() ? word(UInt32(bitPattern: Int32($0))) : word(Float($0).bitPattern) }
    }
    private static func bundle(_ elements: [[UInt8]]) -> [UInt8] {
      text("#bundle") + [UInt8](repeating: 0, count: 7) + [1] + elements.flatMap { word(UInt32($0.count)) + $0 }
    }

    @Test func messagesAndBundlesAreRead() {
      let next = Self.message("/rlmusician/next")
      let volume = Self.message("/rlmusician/volume", [0.25])
      #expect(OSCReader.messages(next) == [OSCMessage(path: "/rlmusician/next")])
      let all = OSCReader.messages(Self.bundle([next, Self.bundle([volume]), [1, 2, 3]]))
      #expect(all == [OSCMessage(path: "/rlmusician/next"), OSCMessage(path: "/rlmusician/volume", numbers: [0.25])])
    }

    @Test func wordsMeanWhatTheyMeanAtThePort() {
      func input(_ path: String, _ numbers: [Double] = []) -> PlayerInput? {
        OSCReader.input(OSCMessage(path: path, numbers: numbers), seconds: 3)
      }
      #expect(input("/rlmusician/next") == .action(.next, value: 1))
      #expect(input("/rlmusician/like", [0]) == .action(.like, value: 0))
      #expect(input("/rlmusician/tempo", [0.75]) == .action(.tempo, value: 0.75))
      #expect(input("/rlmusician/volume") == nil && input("/rlmusician/volume", [7]) == .action(.volume, value: 1))
      #expect(input("/rlmusician/rule", [2, 0.5]) == .rule(1, value: 0.5))
      #expect(input("/rlmusician/note", [60, 90]) == .note(key: 60, velocity: 90, seconds: 3, quarters: nil))
      #expect(input("/rlmusician/pedal") == .pedal(seconds: 3, quarters: nil))
      for path in ["/other/next", "/rlmusician", "/rlmusician/next/1", "next", "/rlmusician/fire"] {
        #expect(input(path) == nil, "\(path)")
      }
      #expect(input("/rlmusician/note", [600, 90]) == nil && input("/rlmusician/volume", [.nan]) == nil)
    }

    /// Whatever comes, in whatever order: nothing, or messages.
    @Test(arguments: 1...8) func garbage(_ seed: UInt64) {
      var state = seed
      func random(_ limit: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int(state >> 33) % limit
      }
      for _ in 0..<3000 {
        var packet = Self.bundle([Self.message("/rlmusician/rule", [3, 0.5]), Self.message("/rlmusician/next")])
        for _ in 0..<random(6) { packet[random(packet.count)] = UInt8(random(256)) }
        packet.removeLast(random(packet.count))
        for message in OSCReader.messages(packet) { _ = OSCReader.input(message, seconds: 0) }
      }
    }

    @Test func aPortOnTheLoopbackHearsAndASenderIsHeard() async throws {
      let heard = HeardInputs()
      let port = 20_000 + Int(getpid()) % 20_000
      let listener = try OSCPort(address: "127.0.0.1", port: port) { heard.append($0) }
      // The same words go out and come in.
      let sender = OSCSender([.init(host: "127.0.0.1", port: port)])
      sender.note(key: 61, velocity: 80)
      #expect(await becomes { heard.all.count == 1 })
      guard case .note(61, 80, _, nil)? = heard.all.first else {
        Issue.record("\(heard.all)")
        return
      }
      #expect(throws: DeviceUnavailableError.self) { try OSCPort(address: "127.0.0.1", port: port) { _ in } }
      listener.close()
    }

    /// One port for one player after another, or beside another: the older one hears as long as it is open.
    @Test func playersShareAPort() async throws {
      let port = 40_000 + Int(getpid()) % 20_000
      let playback = try Configuration(text: "playback: {osc: {port: \(port)}}", file: "x").playback
      let sender = OSCSender([.init(host: "127.0.0.1", port: port)])
      let shared = OSCInput()
      func opened() async throws -> (player: Player, heard: HeardInputs) {
        let (player, heard) = (Player(output: ScriptedOutput(), configuration: playback) { _ in }, HeardInputs())
        await player.begin()
        await player.listenToInput { heard.append($0) }
        try await player.hearOSC(playback.osc, by: shared, master: nil)
        return (player, heard)
      }
      let (old, new) = (try await opened(), try await opened())
      sender.note(key: 61, velocity: 80)
      #expect(await becomes { old.heard.all.count == 1 })
      await old.player.close()
      sender.note(key: 62, velocity: 80)
      #expect(await becomes { new.heard.all.count == 1 })
      #expect(old.heard.all.count == 1)
      await new.player.close()
      // The port stays while there is no player, and is free at once when its owner is done.
      let last = try await opened()
      sender.note(key: 63, velocity: 80)
      #expect(await becomes { last.heard.all.count == 1 })
      shared.close()
      let other = try OSCPort(address: "127.0.0.1", port: port) { _ in }
      await #expect(throws: DeviceUnavailableError.self) {
        try await last.player.hearOSC(playback.osc, by: nil, master: nil)
      }
      other.close()
      try await last.player.hearOSC(playback.osc, by: nil, master: nil)
      await last.player.close()
      try OSCPort(address: "127.0.0.1", port: port) { _ in }.close()
    }

    @Test func notesBeginAndEndAsThePieceGoesOn() {
      var notes = OSCNotes(TestPiece.melody(steps: 8, stepSeconds: 0.5))
      let first = notes.due(at: 0.1)
      #expect(first.count == 1 && first[0].velocity > 0)
      #expect(notes.due(at: 0.2).isEmpty)
      let later = notes.due(at: 1.6)
      #expect(later.contains { $0.velocity == 0 && $0.key == first[0].key })
      // Back to the beginning: what sounds ends.
      let sounding = notes.sounding
      #expect(notes.due(at: 0).filter { $0.velocity == 0 }.map(\.key) == sounding.sorted())
    }

    @Test func oscIsOffUnlessItIsConfigured() throws {
      let usual = try Configuration(text: "", file: "x").playback.osc
      #expect(usual.port == nil && usual.destinations.isEmpty && usual.address == "127.0.0.1")
      let own = try Configuration(text: "playback: {osc: {port: 9000, send_to: [localhost:9001]}}", file: "x").playback
      #expect(own.osc.port == 9000 && own.osc.destinations == [.init(host: "localhost", port: 9001)])
      for text in ["port: 0", "address: here", "send_to: [x]", "send_to: ['a:99999']"] {
        #expect(throws: ConfigurationError.self) { try Configuration(text: "playback: {osc: {\(text)}}", file: "x") }
      }
    }
  }
#endif
