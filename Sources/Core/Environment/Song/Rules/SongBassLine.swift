/// The bass is a line: a step earns 0.12, a third 0.05, a repeated note costs 0.3, a sixth 0.1, a seventh 0.5; two leaps in one
/// direction cost 0.4, to and fro 0.25.
///
/// Source: Schoenberg, *Fundamentals of Musical Composition* (1967), ch. 9.
enum SongBassLine: SongRule {
  static let name = "bass_line"
  static let coefficient = 1.0
}
