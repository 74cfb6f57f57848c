import Foundation

/// Where browsers find the daemon's page if a reverse proxy stands before it: `https://music.example/composer/`.
public struct PublicURL: Sendable, Hashable, CustomStringConvertible {
  /// `https://music.example`, in lower case, without the port that the scheme has anyway.
  public let origin: String
  /// `music.example`, or with a port `music.example:8443`.
  public let authority: String
  /// As it was written.
  public let description: String

  /// nil for what is no such URL.
  public init?(_ text: String) {
    guard let parts = URLComponents(string: text), let scheme = parts.scheme?.lowercased(),
      let standardPort = ["http": 80, "https": 443][scheme], let host = parts.host?.lowercased(), !host.isEmpty,
      parts.user == nil, parts.password == nil, parts.query == nil, parts.fragment == nil,
      text.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
    else { return nil }
    authority = host + (parts.port.map { $0 == standardPort ? "" : ":\($0)" } ?? "")
    origin = "\(scheme)://\(authority)"
    description = text
  }
}
