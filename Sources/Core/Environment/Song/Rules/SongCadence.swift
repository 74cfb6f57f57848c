/// A phrase's last note is reached by step (+ 2.5) and is the tonic of an authentic cadence (+ 1.5), the third or fifth of a
/// half cadence (+ 0.8).
///
/// Source: Caplin, *Classical Form* (1998), ch. 3.
enum SongCadence: SongRule {
  static let name = "cadence"
  static let coefficient = 1.0
}
