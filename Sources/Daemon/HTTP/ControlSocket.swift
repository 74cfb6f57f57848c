public import Core
public import Foundation

/// Where the Unix socket is, for the daemon and for those who look for it.
public enum ControlSocket {
  /// What `sun_path` of an AF_UNIX address holds, without its final NUL.
  static let longestPath = 107

  /// The socket's path; nil if the configuration wants none.
  ///
  /// - Parameter environment: `RUNTIME_DIRECTORY` is where systemd lets a service put it.
  public static func path(
    _ configuration: DaemonConfiguration, environment: [String: String] = ProcessInfo.processInfo.environment
  ) -> String? {
    if let path = configuration.http.socket { return path.isEmpty ? nil : path }
    // systemd may name several folders; the first is the service's own.
    if let folder = environment["RUNTIME_DIRECTORY"]?.split(separator: ":").first { return "\(folder)/control.sock" }
    return "\(configuration.library)/control.sock"
  }

  /// Where a daemon of this user or this machine may listen, the likeliest first.
  public static func candidates(
    _ configuration: DaemonConfiguration, environment: [String: String] = ProcessInfo.processInfo.environment
  ) -> [String] {
    var paths = [path(configuration, environment: environment)].compactMap { $0 }
    if configuration.http.socket == nil {
      if let folder = environment["XDG_RUNTIME_DIR"] { paths.append("\(folder)/rlmusician/control.sock") }
      paths.append("/run/rlmusician/control.sock")
    }
    return paths
  }
}
