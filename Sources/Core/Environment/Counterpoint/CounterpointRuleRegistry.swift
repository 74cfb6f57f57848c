/// The rules of counterpoint by their names in the configuration, in the default order.
///
/// A new rule is one new file and one line here; its parameters are explained to people in the default configuration.
public enum CounterpointRuleRegistry {
  /// All rules there are.
  public static let rules: [any CounterpointRule.Type] = [
    RhythmicPatternValidity.self,
    RearticulationStability.self,
    AbsenceOfStalledPitches.self,
    AbsenceOfLongMotion.self,
    AbsenceOfSkipSeries.self,
    TurnAfterSkip.self,
    SixthSeventhResolution.self,
    StepMotionToEnd.self,
    ConsonanceOnStrongBeat.self,
    StepMotionToDissonance.self,
    StepMotionFromDissonance.self,
    ResolutionOfSuspendedDissonance.self,
    AbsenceOfLargeIntervals.self,
    AbsenceOfLinesCrossing.self,
    AbsenceOfOverlappingMotion.self,
  ]
}
