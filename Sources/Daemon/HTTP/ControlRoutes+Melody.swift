internal import CRealtime
internal import Core
internal import Foundation
internal import Hummingbird

/// Melodies that people give, and the knobs they turn.
extension ControlRoutes {
  private enum Kind: String, CaseIterable { case counterpoint, continuation, theme }

  /// A file's bytes in base64, or ten thousand notes.
  private static let melodyByteLimit = 1 << 20

  var melodyRoutes: [ControlRoute] {
    [
      ControlRoute(.post, "/api/melody") { request, _ in
        let clear = rt_monotonic_nanoseconds()
        let body = try await RequestObject(
          request, keys: ["text", "notes", "file", "tempo", "kind", "voices"], byteLimit: Self.melodyByteLimit)
        let kind = try body.choice("kind", of: Kind.self).flatMap {
          PlaybackConfiguration.Answer.Kind(rawValue: $0.rawValue)
        }
        let voices = try body.integer("voices", in: 1...3).map { Int($0) }
        guard conductor.answers.takeTurn() else {
          throw ControlError(.tooManyRequests, "\(Answers.mostWaiting) melodies are being answered: try again soon")
        }
        defer { conductor.answers.giveTurnBack() }
        do {
          let phrase = try phrase(body)
          return try .json(
            try await conductor.answers.answer(phrase, Answers.Wish(kind: kind, voices: voices, clear: clear)))
        } catch let refusal as PhraseQuantizer.Refusal {
          throw ControlError(.unprocessableContent, refusal.description)
        }
      },
      ControlRoute(.get, "/api/controls") { request, _ in
        _ = try RequestQuery(request, names: [])
        return try .json(await conductor.controls())
      },
      ControlRoute(.post, "/api/controls") { request, _ in
        let body = try await RequestObject(request, keys: ["learn"])
        guard body.has("learn") else { throw ControlError(.badRequest, "'learn' is needed") }
        let name = body.isNull("learn") ? nil : try body.string("learn")
        let meaning = name.flatMap { PlaybackConfiguration.Controls.Meaning(name: $0) }
        guard name == nil || meaning != nil else {
          let names = PlaybackConfiguration.Controls.Action.allCases.map(\.rawValue)
          throw body.bad("learn", allowed: names.joined(separator: ", ") + ", rule 1, rule 2, ..., or null")
        }
        let rules = await conductor.rules()
        if case .rule(let number) = meaning, !rules.indices.contains(number) {
          throw body.bad("learn", allowed: "rule 1 to rule \(rules.count): there are no more")
        }
        return try .json(try await conductor.controls(learning: meaning))
      },
    ]
  }

  /// The melody that a body gives, in one of three ways.
  private func phrase(_ body: RequestObject) throws -> PhraseQuantizer.Phrase {
    let tempo = try body.number("tempo", in: PhraseQuantizer.Phrase.tempos)
    let meter = conductor.answers.settings.meter
    let given = ["text", "notes", "file"].filter(body.has)
    guard given.count == 1 else { throw ControlError(.badRequest, "one of text, notes and file is needed") }
    if let text = try body.string("text") {
      return try PhraseQuantizer.Phrase(text: text, tempo: tempo, meter: meter)
    }
    if let base64 = try body.string("file") {
      guard let data = Data(base64Encoded: base64) else {
        throw body.bad("file", allowed: "the bytes of a MIDI or MusicXML file in base64")
      }
      return try PhraseQuantizer.Phrase(file: Array(data), tempo: tempo, meter: meter)
    }
    let allowed = "a list of [onset, duration, key] or [onset, duration, key, velocity], seconds and MIDI numbers"
    let notes = try (try body.rows("notes", allowed: allowed) ?? []).map { row in
      guard (3...4).contains(row.count), row.allSatisfy({ $0.isFinite && abs($0) < 1e6 }), row[1] >= 0,
        let key = Int(exactly: row[2]), (0...127).contains(key)
      else { throw body.bad("notes", allowed: allowed) }
      return PlayedNote(
        onset: row[0], duration: row[1], key: key, velocity: row.count > 3 ? Int(min(127, max(1, row[3]))) : 90)
    }
    return try PhraseQuantizer.phrase(notes, meter: meter, tempo: tempo)
  }
}

extension Conductor {
  /// What knobs do, by name.
  func controls() async -> ControlsState { await sound.controlsState }

  /// What knobs do, by name; the next one that is turned does this from then on.
  ///
  /// - Throws: `SoundError` if no knob can be heard.
  func controls(learning meaning: PlaybackConfiguration.Controls.Meaning?) async throws -> ControlsState {
    try await sound.teach(meaning)
  }
}
