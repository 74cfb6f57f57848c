internal import Core
internal import Foundation
internal import GRDB
internal import HTTPTypes
internal import Hummingbird
internal import Logging

/// Lets in who may ask, turns every error into one JSON form, and adds the headers that keep browsers strict.
struct ControlMiddleware: RouterMiddleware {
  typealias Context = ControlContext

  let access: ControlAccess
  let routes: [ControlRoute]

  func handle(
    _ request: Request, context: ControlContext, next: (Request, ControlContext) async throws -> Response
  ) async throws -> Response {
    var response: Response
    do {
      if let refusal = access.refusal(request) { throw refusal }
      guard routes.contains(where: { $0.isAsked(request) }) else { throw absence(request) }
      guard ControlAccess.hasGoodContent(request) else {
        throw ControlError(.unsupportedMediaType, "the content type has to be application/json")
      }
      response = try await next(request, context)
    } catch {
      response = Self.response(self.error(error))
      if response.status == .unauthorized { response.headers[.wwwAuthenticate] = "Bearer" }
      if response.status == .methodNotAllowed { response.headers[.allow] = allowed(request.uri.path) }
    }
    for (name, value) in Self.strictHeaders { response.headers[name] = value }
    if response.headers[.cacheControl] == nil { response.headers[.cacheControl] = "no-store" }
    return response
  }

  private static let strictHeaders: [(HTTPField.Name, String)] = [
    (
      .contentSecurityPolicy,
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self'; connect-src 'self'; "
        + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    (.xContentTypeOptions, "nosniff"),
    (HTTPField.Name("Referrer-Policy")!, "no-referrer"),
    (HTTPField.Name("Cross-Origin-Resource-Policy")!, "same-origin"),
    (HTTPField.Name("Cross-Origin-Opener-Policy")!, "same-origin"),
  ]

  /// An error's answer.
  static func response(_ error: ControlError) -> Response {
    struct Body: Encodable { var error: String }
    return (try? .json(Body(error: error.message), status: error.status)) ?? Response(status: error.status)
  }

  private func error(_ error: any Error) -> ControlError {
    switch error {
    case let error as ControlError: return error
    case let error as RuleWeightError: return ControlError(.badRequest, "\(error)")
    case let error as SoundError: return ControlError(.conflict, "\(error)")
    case let error as FileError: return ControlError(.conflict, "\(error)")
    case let error as DataError: return ControlError(.conflict, "\(error)")
    case is DatabaseError: return ControlError(.serviceUnavailable, "the library's database fails: \(error)")
    case let error as HTTPError: return ControlError(error.status, error.body ?? error.status.reasonPhrase)
    default: return ControlError(.internalServerError, "\(error)")
    }
  }

  private func absence(_ request: Request) -> ControlError {
    guard let allowed = allowed(request.uri.path) else { return ControlError(.notFound, "nothing here") }
    return ControlError(.methodNotAllowed, "allowed: \(allowed)")
  }

  /// The methods of a path; nil if there is no such path.
  private func allowed(_ path: String) -> String? {
    let methods = routes.filter { $0.matches(path) }.map(\.method.rawValue)
    return methods.isEmpty ? nil : methods.sorted().joined(separator: ", ")
  }
}

/// What belongs to one request.
struct ControlContext: RequestContext {
  var coreContext: CoreRequestContextStorage

  init(source: ApplicationRequestContextSource) { coreContext = .init(source: source) }
}

extension Response {
  static func json(_ value: some Encodable, status: HTTPResponse.Status = .ok) throws -> Response {
    Response(
      status: status, headers: [.contentType: "application/json"],
      body: ResponseBody(byteBuffer: ByteBuffer(bytes: try DaemonJSON.bytes(value))))
  }
}
