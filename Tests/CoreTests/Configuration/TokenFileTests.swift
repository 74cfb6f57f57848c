import Foundation
import Testing

@testable import Core

/// The daemon's token as a file.
@Suite struct TokenFileTests {
  private func http(_ text: String) throws -> DaemonConfiguration.HTTP {
    try Configuration(text: "daemon: {http: {\(text)}}", file: "c.yml").daemon.http
  }

  @Test func itIsReadFromTheServicesCredentials() throws {
    let folder = NSTemporaryDirectory() + "rlmusician-token-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try Data("0123456789abcdef-token\n".utf8).write(to: URL(fileURLWithPath: "\(folder)/t"))
    // Other machines may reach it, because there will be a token.
    var named = try http("token_file: t, host: 0.0.0.0")
    #expect(named.token == nil)
    try named.readToken(credentials: folder)
    #expect(named.token == "0123456789abcdef-token")
    var whole = try http("token_file: \(folder)/t")
    try whole.readToken(credentials: "/nowhere")
    #expect(whole.token == "0123456789abcdef-token")
    try Data("short".utf8).write(to: URL(fileURLWithPath: "\(folder)/t"))
    let short = #expect(throws: DataError.self) { try whole.readToken(credentials: nil) }
    #expect(short?.reason.contains("found 5 bytes") == true)
    var missing = try http("token_file: other")
    #expect(throws: FileError.self) { try missing.readToken(credentials: folder) }
  }

  @Test func oneOfTheTwo() throws {
    let error = #expect(throws: ConfigurationError.self) {
      try http("token: 0123456789abcdef, token_file: t")
    }
    #expect(error?.keyPath == "daemon.http.token_file")
    #expect(throws: ConfigurationError.self) { try http("token_file: ''") }
  }
}
