/// A device, port or soundfont that was asked for by name is not there. Exit code 69.
public struct DeviceUnavailableError: Error, Hashable, CustomStringConvertible {
  /// What was asked for, and why it cannot be had.
  public var reason: String
  /// What could be asked for instead.
  public var available: [String]
  /// Whether it is there, and somebody uses it.
  public var isBusy: Bool

  /// An error of these parts.
  public init(reason: String, available: [String] = [], isBusy: Bool = false) {
    self.reason = reason
    self.available = available
    self.isBusy = isBusy
  }

  /// The reason, then what is available, on one line.
  public var description: String {
    available.isEmpty ? reason : "\(reason); available: \(available.joined(separator: ", "))"
  }
}
