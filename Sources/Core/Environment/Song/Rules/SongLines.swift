/// Inner parts sing: a step earns 0.06, a repeated note costs 0.15 (0.35 soon after the first), wider intervals 0.1 for
/// every lane, to and fro 0.12; a passing or neighbour note earns 0.08, in the melody 0.05.
///
/// Source: Piston, *Harmony* (1941), ch. 2.
enum SongLines: SongRule {
  static let name = "lines"
  static let coefficient = 1.0
}
