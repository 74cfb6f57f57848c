/// The rules by their names in the configuration. A new rule is one new file and one line here; its keys are explained
/// to people in default.yml, which a test asks for.
public enum RuleRegistry {
  /// All rules there are.
  public static let rules: [any Rule.Type] = [
    AbsenceOfOuterNotes.self,
    AbsenceOfStalledNotes.self,
    ConjunctMotion.self,
    Consonances.self,
    ContraryMotion.self,
    Lines.self,
    Noncyclicity.self,
    UsageOfTonic.self,
  ]
}
