/// A bar that refers to another is as alike as the plan says: 7 (1 - |likeness - wanted| / wanted). Likeness: half the share
/// of common onsets, half the share of equal intervals between them, also upside down. The same chord: + 0.8.
///
/// Source: own; Jaques et al. 2017 reward repetition of motifs.
enum SongLikeness: SongRule {
  static let name = "likeness"
  static let coefficient = 1.0
}
