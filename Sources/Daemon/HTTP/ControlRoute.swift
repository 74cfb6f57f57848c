internal import Hummingbird

/// One thing that can be asked for. The table of them is what the router, the 405 answers and the test of `openapi.yaml`
/// are made of.
struct ControlRoute: Sendable {
  var method: HTTPRequest.Method
  /// As OpenAPI writes it: `/api/pieces/{id}`.
  var path: String
  var handler: @Sendable (Request, ControlContext) async throws -> Response

  init(
    _ method: HTTPRequest.Method, _ path: String,
    _ handler: @escaping @Sendable (Request, ControlContext) async throws -> Response
  ) {
    self.method = method
    self.path = path
    self.handler = handler
  }

  /// Whether a request is for this route.
  func isAsked(_ request: Request) -> Bool {
    (method == request.method || method == .get && request.method == .head) && matches(request.uri.path)
  }

  /// What a path is made of, as the router takes it: empty parts are none.
  static func parts(_ path: String) -> [Substring] { path.split(separator: "/") }

  /// Whether a path is one of this route's.
  func matches(_ path: String) -> Bool {
    let (template, parts) = (Self.parts(self.path), Self.parts(path))
    return template.count == parts.count && zip(template, parts).allSatisfy { $0.hasPrefix("{") || $0 == $1 }
  }
}

/// All routes.
struct ControlRoutes: Sendable {
  let conductor: Conductor
  let streams: EventStreams

  var library: PieceLibrary { conductor.library }

  var all: [ControlRoute] {
    sessionRoutes + playerRoutes + streamRoutes + ruleRoutes + melodyRoutes + pieceRoutes + songRoutes + pageRoutes
  }

  /// What answers requests that come in by one listener.
  func responder(_ access: ControlAccess) -> some HTTPResponder<ControlContext> {
    let routes = all
    let router = Router(context: ControlContext.self, options: .autoGenerateHeadEndpoints)
    router.add(middleware: ControlMiddleware(access: access, routes: routes))
    for route in routes {
      router.on(RouterPath(route.path), method: route.method) { request, context in
        try await route.handler(request, context)
      }
    }
    return router.buildResponder()
  }
}
