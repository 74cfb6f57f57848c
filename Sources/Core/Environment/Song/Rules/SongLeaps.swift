/// After a leap of a fourth or more the melody turns: + 0.5 for a step back, 0 for a third back, - 0.8 for anything else.
///
/// Source: Fux, *Gradus ad Parnassum* (1725); Jaques et al. 2017 (leaps resolved).
enum SongLeaps: SongRule {
  static let name = "leaps"
  static let coefficient = 1.0
}
