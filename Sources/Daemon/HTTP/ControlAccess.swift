internal import Core
internal import Foundation
internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import Synchronization

/// What clients of the port have to show, if anything; a reload may bring another.
final class ControlToken: Sendable {
  private let text: Mutex<String?>

  init(_ text: String?) { self.text = Mutex(text) }

  /// Nil: nothing has to be shown.
  var value: String? {
    get { text.withLock { $0 } }
    set { text.withLock { $0 = newValue } }
  }
}

/// Who may ask: on the Unix socket whoever may open it, on the port whoever comes from here or shows the token.
///
/// A web page from elsewhere that is open in the user's browser can reach the port too. It is kept out by the host it
/// must name (a name that was rebound to 127.0.0.1 is another one), by the origin the browser adds, and by a content type
/// that no form can send.
struct ControlAccess: Sendable {
  /// Whether the request came by the port.
  var isPort: Bool
  /// What clients of the port have to show.
  var token: ControlToken
  /// The address that the port is bound to.
  var host: String
  /// Where browsers find the page if a reverse proxy stands before the port.
  var publicURL: PublicURL?

  static let localNames: Set<String> = ["127.0.0.1", "localhost", "[::1]"]

  /// What is wrong with a request; nil if it may pass.
  func refusal(_ request: Request) -> ControlError? {
    if isPort, let refusal = browserRefusal(request) { return refusal }
    guard isPort, let token = token.value, !Self.isPage(request.uri.path) else { return nil }
    guard let shown = Self.token(request), Self.isEqual(shown, token) else {
      return ControlError(.unauthorized, "show the token: Authorization: Bearer ..., or ?token=...")
    }
    return nil
  }

  /// Whether a path is the page's, or none at all. The page itself says nothing: only what it asks for needs the token.
  /// Parts are the router's, so that no spelling of a path is the one here and another there.
  static func isPage(_ path: String) -> Bool {
    let parts = ControlRoute.parts(path)
    return parts.isEmpty || parts.count == 1 && parts[0] != "api"
  }

  private func browserRefusal(_ request: Request) -> ControlError? {
    guard let authority = request.head.authority?.lowercased(), !authority.isEmpty else {
      return ControlError(.badRequest, "a host is missing")
    }
    let name = Self.name(authority)
    if token.value == nil, !Self.localNames.contains(name), authority != publicURL?.authority {
      return ControlError(.forbidden, "no such host here")
    }
    if let origin = request.headers[.origin]?.lowercased(),
      origin != "http://\(authority)", origin != "https://\(authority)", origin != publicURL?.origin
    {
      return ControlError(.forbidden, "not from another origin")
    }
    if let site = request.headers[.fetchSite], !["same-origin", "none"].contains(site),
      !Self.isPage(request.uri.path) || ![.get, .head].contains(request.method)
    {
      return ControlError(.forbidden, "not from another site")
    }
    return nil
  }

  /// The authority without its port.
  static func name(_ authority: String) -> String {
    if authority.hasPrefix("["), let end = authority.firstIndex(of: "]") { return String(authority[...end]) }
    return String(authority.prefix { $0 != ":" })
  }

  /// Whether the content type, if the method needs one, is what no form can send.
  static func hasGoodContent(_ request: Request) -> Bool {
    guard [.post, .put, .patch].contains(request.method) else { return true }
    let type = (request.headers[.contentType] ?? "").prefix { $0 != ";" }.trimmingCharacters(in: .whitespaces)
      .lowercased()
    return type == "application/json"
  }

  private static func token(_ request: Request) -> String? {
    if let header = request.headers[.authorization], header.lowercased().hasPrefix("bearer ") {
      return String(header.dropFirst(7))
    }
    return request.uri.queryParameters["token"].map(String.init)
  }

  /// Takes as long for a nearly right token as for a wrong one.
  static func isEqual(_ shown: String, _ token: String) -> Bool {
    let (shown, token) = (Array(shown.utf8), Array(token.utf8))
    var difference: UInt8 = shown.count == token.count ? 0 : 1
    for (index, byte) in token.enumerated() { difference |= byte ^ (index < shown.count ? shown[index] : 0) }
    return difference == 0
  }
}

extension HTTPField.Name {
  static let fetchSite = Self("Sec-Fetch-Site")!
  /// Tells nginx to pass events on as they come.
  static let accelBuffering = Self("X-Accel-Buffering")!
}

/// What a client hears that cannot have what it asked for.
struct ControlError: Error, Hashable {
  var status: HTTPResponse.Status
  var message: String

  init(_ status: HTTPResponse.Status, _ message: String) {
    self.status = status
    self.message = message
  }

  /// - Parameter found: as the line has it, texts in quotes (`found(text:)`).
  static func bad(_ name: String, found: String, allowed: String) -> ControlError {
    ControlError(.badRequest, "\(name): found \(found); allowed: \(allowed)")
  }

  /// A text that was sent, in quotes and not too long.
  static func found(text: String) -> String { TextQuoting.quote(Array(text.utf8), limit: 60) }
}
