public import Foundation

/// A time as it stands in names of files: local, to the microsecond, sorted by time when sorted by name.
public struct Timestamp: Sendable, Hashable, CustomStringConvertible {
  private var microseconds: Int

  /// A time; what lies beyond the years 0 to 9999 is moved to the nearest end.
  public init(_ date: Date) {
    let seconds = min(max(date.timeIntervalSince1970, -62_100_000_000), 253_300_000_000)
    microseconds = Int((seconds * 1e6).rounded(.down))
  }

  /// The time so many microseconds later.
  public func advanced(byMicroseconds distance: Int) -> Timestamp {
    var later = self
    later.microseconds += distance
    return later
  }

  /// `2026-11-23_14:05:09,000123`.
  public var description: String {
    let (seconds, fraction) = microseconds.quotientAndRemainder(dividingBy: 1_000_000)
    var time = time_t(fraction < 0 ? seconds - 1 : seconds)
    var parts = tm()
    localtime_r(&time, &parts)
    func pad(_ number: Int, _ count: Int) -> String {
      let digits = String(number)
      return String(repeating: "0", count: max(0, count - digits.count)) + digits
    }
    let day = [pad(Int(parts.tm_year) + 1900, 4), pad(Int(parts.tm_mon) + 1, 2), pad(Int(parts.tm_mday), 2)]
    let clock = [parts.tm_hour, parts.tm_min, parts.tm_sec].map { pad(Int($0), 2) }
    return day.joined(separator: "-") + "_" + clock.joined(separator: ":") + ","
      + pad(fraction < 0 ? fraction + 1_000_000 : fraction, 6)
  }
}
