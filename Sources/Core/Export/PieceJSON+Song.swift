extension PieceJSON {
  /// What a song has beside its notes: all that it takes to score it bar by bar and to compose variations of it.
  static func song(_ song: SongRecord) -> OrderedJSON {
    let plan = song.plan
    // What has no pickup is written as it always was.
    let pickup = OrderedJSON.object([
      .init("rhythm", .integer(song.upbeat.rhythm)), .init("lanes", integers(song.upbeat.lanes)),
    ])
    let upbeat = plan.upbeat == 0 ? [] : [OrderedJSON.Member("upbeat", pickup)]
    return .object(
      [
        .init("faults", .integer(song.faults)),
        .init("tonic", .integer(song.tonic)),
        .init("minor", song.isMinor.map(OrderedJSON.boolean) ?? .null),
        .init("span_starts", integers(song.spanStarts)),
        .init("sections", .array(plan.sections.map(section))),
        .init("phrases", .array(plan.phrases.map(phrase))),
        .init("bars", .array(plan.bars.map(bar))),
        .init("climax_lane", .integer(plan.climaxLane)),
        .init("nadir_lane", .integer(plan.nadirLane)),
        .init("opening", .integer(plan.opening)),
        .init("rhythm_taste", .array(plan.rhythmTaste.map { .number(Double($0)) })),
        .init("middle_rhythm_taste", .array(plan.middleRhythmTaste.map { .number(Double($0)) })),
        .init("step_taste", .array(plan.stepTaste.map { .number(Double($0)) })),
        .init("possible_chords", integers(plan.chords.map { Int($0) })),
        .init("chords", .array(song.chordNames.map(OrderedJSON.string))),
        .init("chord_numbers", integers(song.chords)),
        .init("roots", integers(song.roots)),
        .init("transformations", integers(song.transformations)),
        .init("rhythms", .array(song.rhythms.map(integers))),
        .init("lanes", .array(song.lanes.map(integers))),
      ] + upbeat + [.init("configuration", .string(song.configuration))])
  }

  private static func integers(_ values: [Int]) -> OrderedJSON { .array(values.map(OrderedJSON.integer)) }

  private static func section(_ section: SongPlan.Section) -> OrderedJSON {
    .object([
      .init("name", .string(section.name)), .init("first_bar", .integer(section.first)),
      .init("bars", .integer(section.count)),
    ])
  }

  private static func phrase(_ phrase: SongPlan.Phrase) -> OrderedJSON {
    .object([
      .init("first_bar", .integer(phrase.first)), .init("bars", .integer(phrase.count)),
      .init("cadence", .string(phrase.cadence.name)), .init("key", .integer(phrase.key)),
      .init("arrival", .integer(phrase.arrival)), .init("lead", .integer(phrase.lead)),
      .init("breath", .integer(phrase.breath)), .init("texture", .integer(phrase.texture)),
    ])
  }

  private static func bar(_ bar: SongPlan.Bar) -> OrderedJSON {
    .object([
      .init("tension", .integer(bar.tension)), .init("relation", .string(bar.relation.name)),
      .init("to_bar", bar.reference.map(OrderedJSON.integer) ?? .null),
      .init("likeness", .number(bar.likeness)),
      .init("climax", .boolean(bar.allowsClimax)), .init("nadir", .boolean(bar.allowsNadir)),
      .init("density", integers(bar.density)), .init("slow", .boolean(bar.isSlow)),
    ])
  }

  /// What a piece was made from.
  static func parent(_ parent: PieceParent) -> OrderedJSON {
    .object([
      .init("name", .string(parent.name)), .init("digest", .string(parent.digest)),
      .init("kept", .array(parent.kept.map(OrderedJSON.string))),
      .init("changed", .array(parent.changed.map(OrderedJSON.string))),
    ])
  }
}
