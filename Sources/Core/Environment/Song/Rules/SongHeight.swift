/// The melody is as high as the tension wants: - 0.5 for every lane that a bar's mean is away.
///
/// Source: Farbood, *A Quantitative, Parametric Model of Musical Tension* (2006).
enum SongHeight: SongRule {
  static let name = "height"
  static let coefficient = 1.0
}
