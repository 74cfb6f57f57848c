import Core
import Foundation
import Testing

@testable import Daemon

/// Who is let in, by the port.
@Suite(.timeLimit(.minutes(2))) struct ControlAccessTests {
  private func status(_ answer: String) -> Int { Int(answer.split(separator: " ").dropFirst().first ?? "") ?? 0 }

  /// Without a token only who names this machine, and no page of another site.
  @Test(arguments: [
    ("GET", "Host: 127.0.0.1", 200), ("GET", "Host: localhost:8000", 200), ("GET", "Host: [::1]:1", 200),
    ("GET", "Host: evil.example", 403), ("GET", "Host: 127.0.0.1.evil.example", 403), ("GET", "X: y", 400),
    ("GET", "Host: localhost\r\nOrigin: http://localhost", 200),
    ("GET", "Host: localhost:8000\r\nOrigin: http://localhost:8001", 403),
    ("GET", "Host: localhost\r\nOrigin: http://evil.example", 403), ("GET", "Host: localhost\r\nOrigin: null", 403),
    ("GET", "Host: localhost\r\nSec-Fetch-Site: cross-site", 403),
    ("GET //", "Host: localhost\r\nSec-Fetch-Site: cross-site", 403),
    ("GET", "Host: localhost\r\nSec-Fetch-Site: same-origin", 200),
    ("POST", "Host: localhost\r\nContent-Type: text/plain", 415), ("POST", "Host: localhost", 415),
    ("POST", "Host: localhost\r\nContent-Type: application/x-www-form-urlencoded", 415),
    ("DELETE", "Host: evil.example", 403), ("DELETE", "Host: localhost\r\nOrigin: https://evil.example", 403),
  ])
  func hostAndOriginAreChecked(method: String, headers: String, expected: Int) async throws {
    let fixture = try await ControlFixture()
    let path = ["GET": " /api/status", "GET //": "api/status", "POST": " /api/session"][method] ?? " /api/rules"
    let answer = try fixture.raw("\(method)\(path) HTTP/1.1\r\n\(headers)\r\nConnection: close\r\n\r\n")
    #expect(status(answer) == expected, "\(answer)")
    await fixture.end()
  }

  @Test func theTokenIsAskedFor() async throws {
    let token = "correct-horse-battery"
    let fixture = try await ControlFixture(http: ", token: \(token)")
    func ask(_ target: String, _ headers: String = "") throws -> Int {
      status(try fixture.raw("GET \(target) HTTP/1.1\r\nHost: a.lan\r\n\(headers)Connection: close\r\n\r\n"))
    }
    #expect(try ask("/api/status") == 401)
    #expect(try ask("/api/status", "Authorization: Bearer wrong-horse-battery.\r\n") == 401)
    #expect(try ask("/api/status", "Authorization: Bearer \(token)\r\n") == 200)
    #expect(try ask("/api/status?token=\(token)") == 200)
    #expect(try ask("/api/status?token=\(token)x") == 401)
    #expect(try ask("/api/nothing") == 401)
    // Whatever else the router might take for the same.
    for path in [
      "//api/status", "///api//status/", "/api//status", "/api/status/", "//a.lan/api/status",
      "http://a.lan//api/status", "/./api/status", "/x/../api/status", "/%61pi/status", "/%2Fapi/status", "/API/status",
      "/api", "/api/stream/x",
    ] {
      #expect([400, 401].contains(try ask(path)), "\(path)")
    }
    #expect(try ask("//api/status", "Authorization: Bearer \(token)\r\n") == 200)
    // The page is the same for everybody; it has nothing to tell before it has the token.
    #expect(try ask("/") == 200)
    // The socket's own permissions are its token.
    #expect(try fixture.ask("GET", "/api/status").status == 200)
    await fixture.end()
  }

  /// A token that others have learnt is exchanged without a new start; what has to wait for one is named.
  @Test func aReloadBringsAnotherToken() async throws {
    let (old, new) = ("correct-horse-battery", "another-horse-battery")
    let fixture = try await ControlFixture(http: ", token: \(old)")
    let events = fixture.conductor.events.subscribe()
    func ask(_ token: String) throws -> Int {
      let headers = "Host: localhost\r\nAuthorization: Bearer \(token)\r\nConnection: close\r\n\r\n"
      return status(try fixture.raw("GET /api/status HTTP/1.1\r\n\(headers)"))
    }
    func reload(_ http: String) throws {
      fixture.server.adopt(try testConfiguration("library: \(fixture.folder.path), http: {\(http)}").daemon)
    }
    try reload("port: 0, token: \(new)")
    #expect(try ask(old) == 401 && ask(new) == 200)
    try reload("port: 1, socket: '', public_url: 'https://music.example', token: \(old)")
    #expect(try ask(old) == 200 && ask(new) == 401)
    // The port is one of this machine's alone: it may be without.
    try reload("port: 0")
    #expect(try ask("") == 200)
    await fixture.end()
    fixture.conductor.events.finish()
    var lines: [String] = []
    for await event in events { if case .log(let line) = event { lines.append(line.text) } }
    #expect(lines.filter { $0 == "control: another token" }.count == 3)
    let late = "control: at the next start only: daemon.http.socket, daemon.http.port, daemon.http.public_url"
    #expect(lines.filter { $0.hasPrefix("control: at") } == [late])
  }

  /// Who came in by the old token does not go on listening.
  @Test func anotherTokenEndsWhatIsOpen() async throws {
    let fixture = try await ControlFixture(http: ", token: correct-horse-battery")
    let client = try RawSocket(port: fixture.server.port ?? 0, seconds: 60)
    client.send("GET /api/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer correct-horse-battery\r\n\r\n")
    try await waits(for: "a stream") { fixture.server.streamCount == 1 }
    fixture.server.adopt(
      try testConfiguration("library: \(fixture.folder.path), http: {port: 0, token: another-horse-battery}").daemon)
    try await waits(for: "its end") { fixture.server.streamCount == 0 }
    #expect(status(client.receive()) == 200)
    await fixture.end()
  }

  /// Where others reach the port, none is left without a token.
  @Test func aTokenThatIsNeededStaysUntilTheNextStart() async throws {
    let fixture = try await ControlFixture(http: ", token: correct-horse-battery, public_url: 'https://music.example'")
    let events = fixture.conductor.events.subscribe()
    fixture.server.adopt(try testConfiguration("library: \(fixture.folder.path), http: {port: 0}").daemon)
    #expect(status(try fixture.raw("GET /api/status HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")) == 401)
    await fixture.end()
    fixture.conductor.events.finish()
    var lines: [String] = []
    for await event in events { if case .log(let line) = event { lines.append(line.text) } }
    #expect(lines.contains("control: at the next start only: daemon.http.token, daemon.http.public_url"), "\(lines)")
  }

  /// Behind a reverse proxy browsers come from the public address, whatever host the proxy names.
  @Test func thePublicAddressIsAnOriginToo() async throws {
    let token = "correct-horse-battery"
    let fixture = try await ControlFixture(
      http: ", token: \(token), public_url: 'https://Music.example:443/composer/'")
    func ask(_ headers: String) throws -> Int {
      status(
        try fixture.raw(
          "GET /api/status HTTP/1.1\r\n\(headers)\r\nAuthorization: Bearer \(token)\r\nConnection: close\r\n\r\n"))
    }
    for host in ["music.example", "127.0.0.1:8707"] {
      #expect(try ask("Host: \(host)\r\nOrigin: https://music.example") == 200)
      #expect(try ask("Host: \(host)\r\nOrigin: https://evil.example") == 403)
      #expect(try ask("Host: \(host)\r\nOrigin: https://music.example.evil.example") == 403)
    }
    await fixture.end()
  }

  @Test func comparingTokens() {
    #expect(ControlAccess.isEqual("abcdefgh", "abcdefgh"))
    for wrong in ["", "abcdefg", "abcdefghi", "Abcdefgh", "abcdefgx"] {
      #expect(!ControlAccess.isEqual(wrong, "abcdefgh"))
    }
  }

  @Test func aTokenThatEverybodyCanReadIsSaid() throws {
    let folder = try TestFolder()
    let file = "\(folder.path)/my.yml"
    let secret = try testConfiguration("http: {port: 0, token: 0123456789abcdef}").daemon
    for (mode, isSaid) in [(0o600, false), (0o640, false), (0o644, true)] {
      try Data().write(to: URL(filePath: file))
      try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: file)
      #expect((ControlServer.tokenWarning(secret, file: file) != nil) == isSaid)
    }
    #expect(ControlServer.tokenWarning(try testConfiguration("http: {port: 0}").daemon, file: file) == nil)
    #expect(ControlServer.tokenWarning(secret, file: nil) == nil)
  }

  @Test func theSocketIsTheOwnersAlone() async throws {
    let fixture = try await ControlFixture()
    let attributes = try FileManager.default.attributesOfItem(atPath: "\(fixture.folder.path)/control.sock")
    #expect(attributes[.posixPermissions] as? Int == 0o600)
    await fixture.end()
    #expect(!FileManager.default.fileExists(atPath: "\(fixture.folder.path)/control.sock"))
  }

  @Test func answersKeepBrowsersStrict() async throws {
    let fixture = try await ControlFixture()
    for target in ["/", "/page.js", "/api/status", "/nothing"] {
      let headers = try fixture.client.ask("GET", target).headers
      let policy = try #require(headers["content-security-policy"])
      #expect(policy.contains("default-src 'none'") && !policy.contains("unsafe"))
      #expect(headers["x-content-type-options"] == "nosniff")
      #expect(headers["cross-origin-resource-policy"] == "same-origin")
    }
    await fixture.end()
  }
}
