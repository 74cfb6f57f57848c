/// A suspension earns 0.8, near a cadence 1.5, as long as there are no more than one a phrase; beyond that and over the
/// bass note it delays it costs 0.3 or 0.5.
///
/// Source: Fux 1725, fourth species.
enum SongSuspensions: SongRule {
  static let name = "suspensions"
  static let coefficient = 1.0
}
