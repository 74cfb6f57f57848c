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
          ])
        let page = try await library.list(
          try filter(query), offset: query.integer("offset", in: 0...1_000_000_000) ?? 0,
          limit: query.integer("limit", in: 1...200) ?? 50)
        return try .json(
          PiecePageView(
            total: page.total, offset: page.offset,
            pieces: page.pieces.map { piece in
              PieceView(piece: piece, files: files(piece).map(\.name))
            }))
      },
      ControlRoute(.get, "/api/pieces/{id}") { request, context in
        _ = try RequestQuery(request, names: [])
        return try .json(try await details(try await piece(context)))
      },
      ControlRoute(.patch, "/api/pieces/{id}") { request, context in
        let body = try await RequestObject(request, keys: ["rating", "is_kept"])
        let rating = try body.integer("rating", in: -1...1)
        let isKept = try body.boolean("is_kept")
        var piece = try await piece(context)
        if let rating { piece = try await conductor.rate(piece.id, Int(rating)) ?? piece }
        if let isKept { piece = try await conductor.keep(piece.id, isKept) ?? piece }
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
        return try file(try await piece(context), named: context.parameters.get("name") ?? "", for: request)
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
    return filter
  }

  private func piece(_ context: ControlContext) async throws -> PieceRecord {
    guard let id = context.parameters.get("id").flatMap({ Int64($0) }), let piece = try await library.piece(id) else {
      throw ControlError(.notFound, "no such piece")
    }
    return piece
  }

  private func details(_ piece: PieceRecord) async throws -> PieceDetailsView {
    let plays = try await library.plays(of: piece.id)
    var view = PieceDetailsView(
      piece: piece, files: files(piece), plays: plays)
    do {
      let content = try library.read(piece)
      view.roll = content.roll.rowTexts
      view.stepSeconds = content.tempo.stepSeconds(at: 0)
    } catch {
      view.problem = "\(error)"
    }
    return view
  }

  /// The regular files of a piece's folder.
  private func files(_ piece: PieceRecord) -> [PieceDetailsView.File] {
    let path = library.path(of: piece)
    let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    return names.sorted().compactMap { name in
      // Of the entry itself: a symbolic link is no regular file.
      guard let attributes = try? FileManager.default.attributesOfItem(atPath: "\(path)/\(name)"),
        attributes[.type] as? FileAttributeType == .typeRegular, let size = attributes[.size] as? NSNumber
      else { return nil }
      return PieceDetailsView.File(name: name, bytes: size.int64Value)
    }
  }

  /// A file that the folder's listing names: no path that a client makes up is ever opened.
  private func file(_ piece: PieceRecord, named name: String, for request: Request) throws -> Response {
    guard let file = files(piece).first(where: { $0.name == name }),
      let opened = OpenFile(path: "\(library.path(of: piece))/\(file.name)")
    else { throw ControlError(.notFound, "no such file") }
    let type = Self.contentTypes[String(name.split(separator: ".").last ?? "")] ?? "application/octet-stream"
    let saved = "\(piece.folder)-\(file.name)".map {
      $0.isASCII && ($0.isLetter || $0.isNumber || "._-".contains($0)) ? $0 : "-"
    }
    var headers: HTTPFields = [
      .contentType: type, .contentDisposition: "attachment; filename=\"\(String(saved))\"", .acceptRanges: "bytes",
    ]
    // Without a validator to compare, a conditional range is none.
    let header = request.headers[.ifRange] == nil && request.method == .get ? request.headers[.range] : nil
    switch ByteRange(header, of: opened.byteCount) {
    case .whole:
      return Response(status: .ok, headers: headers, body: opened.body(0..<opened.byteCount))
    case .part(let range):
      headers[.contentRange] = "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(opened.byteCount)"
      return Response(status: .partialContent, headers: headers, body: opened.body(range))
    case .unsatisfiable:
      var response = ControlMiddleware.response(
        ControlError(.rangeNotSatisfiable, "the file has \(opened.byteCount) bytes"))
      response.headers[.contentRange] = "bytes */\(opened.byteCount)"
      return response
    }
  }

  private static let contentTypes = [
    "mid": "audio/midi", "wav": "audio/wav", "flac": "audio/flac", "ogg": "audio/ogg", "svg": "image/svg+xml",
    "tsv": "text/tab-separated-values; charset=utf-8", "json": "application/json",
  ]
}
