public import Core
internal import Foundation
internal import Logging

extension Player {
  /// Whether this machine could have sound at all; looks at files only.
  public static var canHaveSound: Bool { SoundSystem.isPresent() }

  /// Opens what a configuration asks for.
  ///
  /// - Parameters:
  ///   - configuration: The section `playback`.
  ///   - timbres: The sine synthesizer's, by name.
  ///   - programs: The General MIDI programs that pieces will want; a large soundfont is loaded for these only.
  ///   - stream: Its listeners hear what the device gets; a MIDI port has no sound for them.
  ///   - osc: The port for OSC of whoever opens other players besides; nil for one that this player has to itself.
  ///   - notice: Gets what a person should know, a line each.
  /// - Returns: nil if nothing is to be heard, or `auto` found no device (then `notice` has said so).
  /// - Throws: `DeviceUnavailableError` if what was asked for by name is not available; `FileError` or `DataError` for a
  ///   soundfont that was named and cannot be used.
  public static func start(
    _ configuration: PlaybackConfiguration, timbres: [String: Timbre] = [:], programs: [Int] = [0],
    stream: SoundStream? = nil, osc: OSCInput? = nil, notice: @escaping @Sendable (String) -> Void
  ) async throws -> Player? {
    try checkSoundfont(configuration)
    let makeEngine: EngineMaker = { rate in
      try Self.makeEngine(configuration, sampleRate: rate, timbres: timbres, programs: programs, notice: notice)
    }
    let input = InputOptions(configuration)
    let output = try open(configuration, input, stream, makeEngine, notice: notice)
    guard let output else { return nil }
    if let sound = output as? AudioOutput, let input {
      do {
        try sound.hear(input)
      } catch {
        await output.close()
        throw error
      }
    }
    if configuration.sync.source == .clock {
      let port = "\(SequencerOutput.clientName):\(SequencerOutput.inputPortName)"
      notice("pieces play when a master starts its clock: aconnect CLIENT:PORT \(port)")
    }
    let player = Player(output: output, configuration: configuration, notice: notice)
    await player.begin()
    do {
      try await player.hearOSC(configuration.osc, by: osc, master: input?.master)
    } catch {
      await player.close()
      throw error
    }
    return player
  }

  private static func open(
    _ configuration: PlaybackConfiguration, _ input: InputOptions?, _ stream: SoundStream?, _ makeEngine: EngineMaker,
    notice: @escaping @Sendable (String) -> Void
  ) throws -> (any PlayerOutput)? {
    switch configuration.target {
    case .none: return nil
    case .null: return try openNull(configuration, stream, makeEngine)
    case .alsa(let name): return try openALSA(name, configuration, stream, makeEngine)
    case .midi(let address): return try openPort(address, configuration, input, notice: notice)
    case .automatic:
      guard SoundSystem.isPresent() else {
        notice("no sound device here: pieces are written, not played (--play says where to)")
        return nil
      }
      do {
        return try openALSA("default", configuration, stream, makeEngine)
      } catch let error as DeviceUnavailableError {
        notice("\(error.reason): pieces are written, not played")
        return nil
      }
    }
  }

  private typealias EngineMaker = (_ sampleRate: Int) throws -> any SoundEngine

  private static func options(
    _ configuration: PlaybackConfiguration, _ stream: SoundStream?
  ) -> AudioOutput.Options {
    AudioOutput.Options(
      volume: configuration.volume, idleSeconds: configuration.idleSeconds,
      priority: Int32(clamping: configuration.realtimePriority), stream: stream)
  }

  private static func openNull(
    _ configuration: PlaybackConfiguration, _ stream: SoundStream?, _ makeEngine: EngineMaker
  ) throws -> AudioOutput {
    let rate = Double(configuration.sampleRate)
    let sink = ClockSink(
      sampleRate: configuration.sampleRate, periodFrames: max(1, Int(rate * configuration.periodSeconds)),
      bufferFrames: max(2, Int(rate * configuration.bufferSeconds)))
    return try AudioOutput(sink: sink, options: options(configuration, stream), makeEngine: makeEngine)
  }

  private static func openALSA(
    _ name: String, _ configuration: PlaybackConfiguration, _ stream: SoundStream?, _ makeEngine: EngineMaker
  ) throws -> AudioOutput {
    let rate = Double(configuration.sampleRate)
    let device = PCMDevice(
      name: name, rate: configuration.sampleRate, periodFrames: max(1, Int(rate * configuration.periodSeconds)),
      bufferFrames: max(2, Int(rate * configuration.bufferSeconds)))
    do {
      var options = options(configuration, stream)
      options.saysOrdinaryPriority = true
      let output = try AudioOutput(sink: device, options: options, makeEngine: makeEngine)
      PlaybackLog.logger("playback").info(
        "\(name): asked for \(configuration.sampleRate) Hz, \(configuration.periodSeconds) s of \(configuration.bufferSeconds) s; got \(output.format)"
      )
      return output
    } catch let error as SinkError {
      throw DeviceUnavailableError(
        reason: "\(error)", available: SoundSystem.deviceNames(), isBusy: error.code == EBUSY)
    }
  }

  private static func openPort(
    _ address: String?, _ configuration: PlaybackConfiguration, _ input: InputOptions?,
    notice: @escaping @Sendable (String) -> Void
  ) throws -> SequencerOutput {
    var options = SequencerOutput.Options()
    options.destination = address.flatMap { SequencerDestination($0) }
    options.sendsClock = configuration.sendsMIDIClock
    options.input = input
    options.waitSeconds = configuration.midiWaitSeconds
    options.volume = configuration.volume
    options.notice = notice
    options.realtimePriority = Int32(clamping: configuration.realtimePriority)
    return try SequencerOutput(options)
  }

  /// Whether a soundfont that was named is there, also where it is not going to be heard.
  ///
  /// - Throws: `FileError` or `DataError` about it.
  public static func checkSoundfont(_ configuration: PlaybackConfiguration) throws {
    guard configuration.synthesizer == .fluidsynth, let path = SoundfontSearch().named(configuration.soundfont) else {
      return
    }
    _ = try Soundfont(path: path)
  }

  /// Whether a configuration's sound can be made, apart from the device.
  ///
  /// - Throws: `DeviceUnavailableError`, `FileError` or `DataError` about the soundfont.
  public static func checkEngine(_ configuration: PlaybackConfiguration, timbres: [String: Timbre]) throws {
    _ = try makeEngine(configuration, sampleRate: configuration.sampleRate, timbres: timbres) { _ in }
  }

  /// The engine a configuration asks for.
  static func makeEngine(
    _ configuration: PlaybackConfiguration, sampleRate: Int, timbres: [String: Timbre], programs: [Int] = [0],
    notice: @escaping @Sendable (String) -> Void
  ) throws -> any SoundEngine {
    let engine: any SoundEngine
    switch configuration.synthesizer {
    case .sine: engine = SineEngine(sampleRate: sampleRate, timbres: timbres)
    case .fluidsynth:
      engine = try SoundfontSearch().engine(
        named: configuration.soundfont, sampleRate: sampleRate, programs: programs, notice: notice)
    }
    return configuration.reverb > 0 ? ReverberantEngine(engine, room: configuration.reverb) : engine
  }
}
