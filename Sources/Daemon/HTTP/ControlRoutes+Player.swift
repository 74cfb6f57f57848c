internal import Core
internal import Hummingbird

#if Playback
  internal import Playback
#endif

/// What is heard.
extension ControlRoutes {
  private enum PlayerAction: String, CaseIterable { case play, pause, resume, skip, stop }

  var playerRoutes: [ControlRoute] {
    [
      ControlRoute(.get, "/api/player") { request, _ in
        _ = try RequestQuery(request, names: [])
        return try await playerView()
      },
      ControlRoute(.post, "/api/player") { request, _ in
        let body = try await RequestObject(request, keys: ["action", "piece"])
        guard let action = try body.choice("action", of: PlayerAction.self) else {
          throw ControlError(.badRequest, "an action is needed")
        }
        let piece = try body.integer("piece", in: 0...(1 << 53))
        guard (action == .play) == (piece != nil) else {
          throw ControlError(.badRequest, "play needs a piece; nothing else takes one")
        }
        if let piece, try await library.piece(piece) == nil { throw ControlError(.notFound, "no such piece") }
        let device = await conductor.device()
        guard device.isOpen else {
          throw ControlError(.conflict, "nothing can be heard: \(device.message ?? "no sound")")
        }
        switch action {
        case .play: try await conductor.control(.play(piece ?? 0))
        case .pause: try await conductor.control(.pause(true))
        case .resume: try await conductor.control(.pause(false))
        case .skip: try await conductor.control(.skip)
        case .stop: try await conductor.control(.stop)
        }
        return try await playerView()
      },
      ControlRoute(.get, "/api/outputs") { request, _ in
        _ = try RequestQuery(request, names: [])
        #if Playback
          // Sound libraries may take their time to look around.
          let choice = await Task.detached { SoundChoice() }.value
          return try .json(
            OutputsView(
              outputs: choice.outputs.filter { name in
                guard case .alsa(let device)? = PlaybackTarget(name) else { return true }
                return Self.isDevice(device)
              }, soundfonts: choice.soundfonts))
        #else
          return try .json(OutputsView(outputs: ["none"], soundfonts: []))
        #endif
      },
      ControlRoute(.put, "/api/player/position") { request, _ in
        let body = try await RequestObject(request, keys: ["seconds"])
        guard let seconds = try body.number("seconds", in: 0...86_400) else {
          throw ControlError(.badRequest, "seconds are needed")
        }
        guard await conductor.playerState()?.title != nil else { throw ControlError(.conflict, "nothing is heard") }
        try await conductor.control(.seek(seconds))
        return try await playerView()
      },
      ControlRoute(.patch, "/api/player") { request, _ in
        try await set(
          try await RequestObject(request, keys: ["volume", "follow", "output", "synthesizer", "soundfont", "muted"]))
        return try await playerView()
      },
    ]
  }

  private func playerView() async throws -> Response {
    try .json(PlayerView(player: await conductor.playerState(), device: await conductor.device()))
  }

  /// All or nothing.
  private func set(_ body: RequestObject) async throws {
    let volume = try body.number("volume", in: 0...1)
    let follow = try body.choice("follow", of: PlaybackConfiguration.Follow.self)
    let synthesizer = try body.choice("synthesizer", of: PlaybackConfiguration.Synthesizer.self)
    let target = try await target(body)
    let soundfont = body.isNull("soundfont") ? nil : try body.string("soundfont")
    if let soundfont, soundfont.isEmpty || soundfont.utf8.count > 4096 || soundfont.utf8.contains(0) {
      throw body.bad("soundfont", allowed: "a path, or null for one that is found")
    }
    let muted = try body.parts("muted")
    var change = Conductor.SoundChange()
    (change.target, change.synthesizer) = (target, synthesizer)
    if body.has("soundfont") { change.soundfont = soundfont.map { .path($0) } ?? .found }
    // First what can fail.
    if change != Conductor.SoundChange() { try await conductor.control(.sound(change)) }
    if let muted { try await conductor.control(.mute(muted)) }
    if let volume { try await conductor.control(.volume(volume)) }
    if let follow { try await conductor.control(.follow(follow)) }
  }

  private func target(_ body: RequestObject) async throws -> PlaybackTarget? {
    guard let text = try body.string("output") else { return nil }
    guard let target = PlaybackTarget(text), text.utf8.count <= 200 else {
      throw body.bad("output", allowed: PlaybackTarget.allowed)
    }
    switch target {
    case .alsa(let name) where !Self.isDevice(name):
      throw body.bad("output", allowed: "alsa, or alsa: with a device such as hw:0,0 or default")
    case .midi(let address?) where !address.utf8.allSatisfy({ (0x20...0x7E).contains($0) }):
      throw body.bad("output", allowed: "midi, or midi:CLIENT:PORT")
    default: return target
    }
  }

  /// A name for alsa-lib can be a whole configuration, or a plugin that writes files; only plain devices pass.
  static func isDevice(_ name: String) -> Bool {
    let parts = name.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    let plain: Set<Substring> = [
      "default", "sysdefault", "hw", "plughw", "dmix", "front", "hdmi", "iec958", "usbstream", "pulse", "pipewire",
      "jack", "surround21", "surround40", "surround41", "surround50", "surround51", "surround71",
    ]
    guard let first = parts.first, plain.contains(first) else { return false }
    return parts.dropFirst().allSatisfy { rest in
      !rest.isEmpty
        && rest.utf8.allSatisfy { byte in
          "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-,=".utf8.contains(byte)
        }
    }
  }
}
