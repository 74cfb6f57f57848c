internal import Core
internal import Foundation
internal import HTTPTypes
internal import Hummingbird

/// The library's pieces.
extension ControlRoutes {
  var pieceRoutes: [ControlRoute] {
    [
      ControlRoute(.get, "/api/pieces") { request, _ in
        let query = try RequestQuery(
          request,
          names: [
            "offset", "limit", "order", "kept", "rating", "session", "minimum_score", "tuning", "since", "until",
            "text",
            "tag",
          ])
        let page = try await library.list(
          try filter(query), offset: query.integer("offset", in: 0...1_000_000_000) ?? 0,
          limit: query.integer("limit", in: 1...200) ?? 50)
        let made = await conductor.madeNames()
        return try .json(
          PiecePageView(
            total: page.total, offset: page.offset,
            pieces: page.pieces.map { piece in
              PieceView(piece: piece, files: files(piece, made: made(piece)).map(\.name))
            }))
      },
      ControlRoute(.get, "/api/pieces/{id}") { request, context in
        _ = try RequestQuery(request, names: [])
        return try .json(try await details(try await piece(context)))
      },
      ControlRoute(.patch, "/api/pieces/{id}") { request, context in
        let body = try await RequestObject(request, keys: ["rating", "is_kept", "tags", "note"])
        let (tags, note) = (try body.tags(), try body.note())
        let rating = try body.integer("rating", in: -1...1)
        let isKept = try body.boolean("is_kept")
        var piece = try await piece(context)
        if let rating { piece = try await conductor.rate(piece.id, Int(rating)) ?? piece }
        if let isKept { piece = try await conductor.keep(piece.id, isKept) ?? piece }
        if tags != nil || note != nil {
          piece = try await conductor.label(piece.id, tags: tags, note: note) ?? piece
        }
        return try .json(piece)
      },
      ControlRoute(.delete, "/api/pieces/{id}") { _, context in
        let piece = try await piece(context)
        guard !piece.isKept else { throw ControlError(.conflict, "the piece is kept; take that back first") }
        _ = try await conductor.delete(piece.id)
        var response = Response(status: .noContent)
        response.headers[.contentLength] = nil
        return response
      },
      ControlRoute(.get, "/api/pieces/{id}/files/{name}") { request, context in
        _ = try RequestQuery(request, names: [])
        return try await file(try await piece(context), named: context.parameters.get("name") ?? "", for: request)
      },
      ControlRoute(.get, "/api/pieces/{id}/archive.zip") { request, context in
        _ = try RequestQuery(request, names: [])
        return try await archive(try await piece(context))
      },
    ]
  }

  private func filter(_ query: RequestQuery) throws -> PieceFilter {
    var filter = PieceFilter()
    filter.order = try query.choice("order", of: PieceFilter.Order.self) ?? .newest
    filter.isKept = try query.boolean("kept")
    filter.rating = try query.integer("rating", in: -1...1)
    filter.session = try query.integer("session", in: 1...(1 << 53)).map { Int64($0) }
    filter.minimumScore = try query.number("minimum_score")
    filter.tuning = try query.string("tuning", longest: 200)
    filter.since = try query.date("since")
    filter.until = try query.date("until")
    filter.text = try query.string("text", longest: 200)
    filter.tag = try query.string("tag", longest: PieceRecord.tagLength)
    return filter
  }

  func piece(_ context: ControlContext) async throws -> PieceRecord {
    guard let id = context.parameters.get("id").flatMap({ Int64($0) }), let piece = try await library.piece(id) else {
      throw ControlError(.notFound, "no such piece")
    }
    return piece
  }

  private func details(_ piece: PieceRecord) async throws -> PieceDetailsView {
    let plays = try await library.plays(of: piece.id)
    var view = PieceDetailsView(
      piece: piece, files: files(piece, made: await conductor.madeNames()(piece)), plays: plays)
    do {
      let content = try library.read(piece)
      view.roll = content.roll.rowTexts
      view.parts = PartView.parts(of: content)
      view.stepSeconds = content.tempo.stepSeconds(at: 0)
    } catch {
      view.problem = "\(error)"
    }
    return view
  }

  /// The regular files of a piece's folder, then what can be made.
  private func files(_ piece: PieceRecord, made: [String]) -> [PieceDetailsView.File] {
    let there = Self.files(in: library.path(of: piece))
    let names = Set(there.map(\.name))
    return there + made.filter { !names.contains($0) }.map { PieceDetailsView.File(name: $0) }
  }

  /// The regular files of a folder.
  private static func files(in path: String) -> [PieceDetailsView.File] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    return names.sorted().compactMap { name in
      // Of the entry itself: a symbolic link is no regular file.
      guard let attributes = try? FileManager.default.attributesOfItem(atPath: "\(path)/\(name)"),
        attributes[.type] as? FileAttributeType == .typeRegular, let size = attributes[.size] as? NSNumber
      else { return nil }
      return PieceDetailsView.File(name: name, bytes: size.int64Value)
    }
  }

  /// A file that the folder's listing names, or that can be made: no path that a client makes up is ever opened.
  private func file(_ piece: PieceRecord, named name: String, for request: Request) async throws -> Response {
    var file = Self.open(name, in: library.path(of: piece))
    if file == nil, await conductor.madeNames()(piece).contains(name) {
      file = try await conductor.withMadeFiles(of: piece) { Self.open(name, in: $0) }
    }
    guard let file else { throw ControlError(.notFound, "no such file") }
    let type = Self.contentTypes[String(name.split(separator: ".").last ?? "")] ?? "application/octet-stream"
    var headers: HTTPFields = [
      .contentType: type, .contentDisposition: Self.attachment("\(piece.folder)-\(name)"), .acceptRanges: "bytes",
    ]
    // Without a validator to compare, a conditional range is none.
    let header = request.headers[.ifRange] == nil && request.method == .get ? request.headers[.range] : nil
    switch ByteRange(header, of: file.byteCount) {
    case .whole:
      return Response(status: .ok, headers: headers, body: file.body(0..<file.byteCount))
    case .part(let range):
      headers[.contentRange] = "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(file.byteCount)"
      return Response(status: .partialContent, headers: headers, body: file.body(range))
    case .unsatisfiable:
      var response = ControlMiddleware.response(
        ControlError(.rangeNotSatisfiable, "the file has \(file.byteCount) bytes"))
      response.headers[.contentRange] = "bytes */\(file.byteCount)"
      return response
    }
  }

  /// A file of a folder, open; nil if the listing has none of this name.
  private static func open(_ name: String, in folder: String) -> OpenFile? {
    files(in: folder).contains { $0.name == name } ? OpenFile(path: "\(folder)/\(name)") : nil
  }

  /// All files of a piece in one.
  private func archive(_ piece: PieceRecord) async throws -> Response {
    let own = library.path(of: piece)
    let folder = Self.saved(piece.name)
    let archive = try await conductor.withMadeFiles(of: piece) { made in
      var paths = Dictionary(uniqueKeysWithValues: Self.files(in: made).map { ($0.name, "\(made)/\($0.name)") })
      for file in Self.files(in: own) { paths[file.name] = "\(own)/\(file.name)" }
      let entries = paths.sorted { $0.key < $1.key }
      return try ZipArchive(entries.map { ("\(folder)/\($0.key)", $0.value) }, time: piece.time)
    }
    return Response(
      status: .ok,
      headers: [.contentType: "application/zip", .contentDisposition: Self.attachment("\(folder).zip")],
      body: archive.body)
  }

  /// A name that every system can save under.
  private static func saved(_ name: String) -> String {
    String(name.map { $0.isASCII && ($0.isLetter || $0.isNumber || "._-".contains($0)) ? $0 : "-" })
  }

  private static func attachment(_ name: String) -> String { "attachment; filename=\"\(saved(name))\"" }

  private static let contentTypes = [
    "mid": "audio/midi", "wav": "audio/wav", "flac": "audio/flac", "ogg": "audio/ogg", "svg": "image/svg+xml",
    "tsv": "text/tab-separated-values; charset=utf-8", "json": "application/json",
    "musicxml": "application/vnd.recordare.musicxml+xml", "ly": "text/x-lilypond; charset=utf-8",
    "pdf": "application/pdf",
  ]
}
