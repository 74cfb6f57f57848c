/// Something moves on every beat (- 0.5 if nothing does), at least two parts on a strong one (- 0.3), few off it (+ 0.08 for
/// one, - 0.3 for three).
///
/// Source: Lerdahl and Jackendoff, *A Generative Theory of Tonal Music* (1983), metrical preference rules.
enum SongPulse: SongRule {
  static let name = "pulse"
  static let coefficient = 1.0
}
