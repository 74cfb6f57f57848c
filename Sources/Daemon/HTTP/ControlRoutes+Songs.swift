internal import Core
internal import HTTPTypes
internal import Hummingbird

/// Songs: their form, variations of them; styles.
extension ControlRoutes {
  var songRoutes: [ControlRoute] {
    [
      ControlRoute(.get, "/api/styles") { request, _ in
        _ = try RequestQuery(request, names: [])
        return try .json(StylesView(style: .init(await conductor.style)))
      },
      ControlRoute(.patch, "/api/styles") { request, _ in
        let body = try await RequestObject(request, keys: ["style"])
        var style: Style?
        if !body.isNull("style") {
          let name = try body.string("style") ?? ""
          style = Style.named(name)
          if style == nil {
            throw body.bad("style", allowed: Style.names.joined(separator: ", ") + " or null")
          }
        }
        do {
          try await conductor.setStyle(style)
        } catch {
          throw ControlError(.conflict, "\(error)")
        }
        return try .json(StylesView(style: .init(await conductor.style)))
      },
      ControlRoute(.get, "/api/pieces/{id}/song") { request, context in
        _ = try RequestQuery(request, names: [])
        let record = try await piece(context)
        let piece: Piece
        do { piece = try library.read(record) } catch { throw ControlError(.conflict, "\(error)") }
        guard let view = SongView(piece) else { throw ControlError(.conflict, "\(SongError.noSong)") }
        return try .json(view)
      },
      ControlRoute(.post, "/api/pieces/{id}/vary") { request, context in
        let body = try await RequestObject(
          request, keys: ["keep", "transpose", "tempo", "meter", "style"])
        let wanted = try variation(body)
        let record = try await piece(context)
        do {
          guard let parent = try await conductor.vary(record.id, wanted) else {
            throw ControlError(.notFound, "no such piece")
          }
          return try .json(parent)
        } catch let error as SongError {
          throw ControlError(.conflict, "\(error)")
        } catch let error as DataError {
          // What the command line calls an option is a key here.
          throw ControlError(.badRequest, String("\(error)".drop { $0 == "-" }))
        } catch let error as ConfigurationError {
          throw ControlError(.badRequest, "\(error)")
        }
      },
    ]
  }

  private func variation(_ body: RequestObject) throws -> VariationRequest {
    var request = VariationRequest()
    request.keep =
      try body.strings("keep", allowed: "a list of what stays: theme, section=B, part=Bass, plan, all") ?? []
    guard request.keep.count <= 64 else {
      throw body.bad("keep", found: "\(request.keep.count)", allowed: "at most 64")
    }
    request.change.transposition = try body.integer("transpose", in: -24...24).map { Int($0) } ?? 0
    request.change.tempo = try body.number("tempo", in: 20...400)
    request.change.meter = try body.string("meter")
    if let meter = request.change.meter, !SongConfiguration.meterNames.contains(meter) {
      throw body.bad("meter", allowed: SongConfiguration.meterNames.joined(separator: ", "))
    }
    if let name = try body.string("style") {
      guard let style = Style.named(name), style.kind == .song else {
        throw body.bad("style", allowed: Style.songNames.joined(separator: ", "))
      }
      guard request.change.transposition == 0 else {
        throw body.bad("transpose", allowed: "no style beside it")
      }
      request.change.style = style
    }
    request.change.setNames()
    return request
  }
}

/// The styles, and the one in force.
struct StylesView: Encodable {
  struct StyleView: Encodable {
    var name: String
    var kind: String
    var summary: String
  }

  var style: Nullable<String>
  var styles = Style.all.map { StyleView(name: $0.name, kind: $0.kind.rawValue, summary: $0.summary) }
}

/// What a song is: its parts with their notes, its form, its chords.
struct SongView: Encodable {
  struct PartView: Encodable {
    var name: String
    /// Onset and duration in steps, degree.
    var notes: [[Int]]
  }
  struct SectionView: Encodable {
    var name: String
    var firstBar: Int
    var bars: Int
  }
  struct PhraseView: Encodable {
    var firstBar: Int
    var bars: Int
    var cadence: String
  }
  struct BarView: Encodable {
    var chords: [String]
    var relation: String
    var toBar: Nullable<Int>
  }
  struct ParentView: Encodable {
    var name: String
    var kept: [String]
    var changed: [String]
  }

  var steps: Int
  var stepsPerBar: Int
  /// Steps before the first bar.
  var pickupSteps: Int
  var meter: String
  var parts: [PartView]
  var sections: [SectionView]
  var phrases: [PhraseView]
  var bars: [BarView]
  var faults: Int
  var parent: Nullable<ParentView>

  /// nil for what is no song.
  init?(_ piece: Piece) {
    guard let song = piece.song else { return nil }
    steps = piece.stepCount
    stepsPerBar = piece.stepsPerBar
    pickupSteps = piece.pickupSteps
    meter = piece.meter.description
    parts = piece.parts.map { part in
      PartView(name: part.name, notes: part.notes.map { [$0.onset, $0.duration, $0.degree] })
    }
    sections = song.plan.sections.map { SectionView(name: $0.name, firstBar: $0.first, bars: $0.count) }
    phrases = song.plan.phrases.map { PhraseView(firstBar: $0.first, bars: $0.count, cadence: $0.cadence.name) }
    let spans = song.spanStarts.count
    bars = song.plan.bars.enumerated().map { index, bar in
      BarView(
        chords: Array(song.chordNames[index * spans..<(index + 1) * spans]), relation: bar.relation.name,
        toBar: .init(bar.reference))
    }
    faults = song.faults
    parent = .init(piece.parent.map { ParentView(name: $0.name, kept: $0.kept, changed: $0.changed) })
  }
}
