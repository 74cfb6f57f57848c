import CKernels

/// The sixth and the seventh degree go on: after 7, 6 the line falls by a step, after 6, 7 it rises by one.
///
/// Octaves do not matter; a repeated note in between switches the rule off.
struct SixthSeventhResolution: CounterpointRule {
  static let name = "VI_VII_resolution"

  init(_ section: ConfigurationSection) throws(ConfigurationError) {}

  func holds(_ next: Continuation, after line: CounterpointLine) -> Bool {
    switch line.lastDegrees(2) {
    case [7, 6]: next.movement == -1
    case [6, 7]: next.movement == 1
    default: true
    }
  }

  func fold(into rules: inout ck_counterpoint_rules) { rules.resolution = 1 }
}
