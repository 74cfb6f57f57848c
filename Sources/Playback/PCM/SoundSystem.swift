internal import CALSA
internal import Foundation
internal import Glibc

/// Whether this machine could have sound at all, and which devices it has.
enum SoundSystem {
  /// Looks at files only, so that a server without sound pays nothing: no call of alsa-lib, no plug-in loaded.
  static func isPresent(environment: [String: String] = ProcessInfo.processInfo.environment) -> Bool {
    if environment["PULSE_SERVER"] != nil || environment["ALSA_CONFIG_PATH"] != nil { return true }
    if let cards = try? FileManager.default.contentsOfDirectory(atPath: "/dev/snd"),
      cards.contains(where: { $0.hasPrefix("pcm") && $0.hasSuffix("p") })
    {
      return true
    }
    let runtime = environment["XDG_RUNTIME_DIR"] ?? "/run/user/\(getuid())"
    let signs = [
      "\(runtime)/pulse/native", "\(runtime)/pipewire-0", "/run/pulse/native", "/etc/asound.conf",
      (environment["HOME"] ?? "/") + "/.asoundrc",
    ]
    return signs.contains { FileManager.default.fileExists(atPath: $0) }
  }

  /// Names of playback devices for alsa-lib, as `rlmusician devices` lists them.
  static func deviceNames() -> [String] {
    ALSALog.install()
    var hints: UnsafeMutablePointer<UnsafeMutableRawPointer?>?
    guard snd_device_name_hint(-1, "pcm", &hints) == 0, let hints else { return [] }
    defer { snd_device_name_free_hint(hints) }
    var names: [String] = []
    var index = 0
    while let hint = hints[index] {
      index += 1
      func text(_ key: String) -> String? {
        guard let value = snd_device_name_get_hint(hint, key) else { return nil }
        defer { free(value) }
        return String(cString: value)
      }
      if let direction = text("IOID"), direction != "Output" { continue }
      if let name = text("NAME") { names.append(name) }
    }
    return names
  }
}
