extension PieceJSON {
  /// What a song has beside its notes: plan, chords, and how often a hard rule had to be broken.
  static func song(_ song: SongRecord) -> OrderedJSON {
    .object([
      .init("faults", .integer(song.faults)),
      .init(
        "sections",
        .array(
          song.plan.sections.map { section in
            .object([
              .init("name", .string(section.name)), .init("first_bar", .integer(section.first)),
              .init("bars", .integer(section.count)),
            ])
          })),
      .init(
        "phrases",
        .array(
          song.plan.phrases.map { phrase in
            .object([
              .init("first_bar", .integer(phrase.first)), .init("bars", .integer(phrase.count)),
              .init("cadence", .string(phrase.cadence.name)), .init("key", .integer(phrase.key)),
            ])
          })),
      .init(
        "bars",
        .array(
          song.plan.bars.map { bar in
            .object([
              .init("tension", .integer(bar.tension)), .init("relation", .string(bar.relation.name)),
              .init("to_bar", bar.reference.map(OrderedJSON.integer) ?? .null),
            ])
          })),
      .init("chords", .array(song.chordNames.map(OrderedJSON.string))),
    ])
  }
}
