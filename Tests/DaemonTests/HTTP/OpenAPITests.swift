import Foundation
import Testing
import Yams

@testable import Daemon

/// `openapi.yaml` says what there is: no more, no less.
@Suite struct OpenAPITests {
  @Test func theDescriptionNamesTheRoutes() async throws {
    let fixture = try await ControlFixture()
    let routes = ControlRoutes(conductor: fixture.conductor, streams: EventStreams()).all
    let real = Set(routes.map { "\($0.method) \($0.path)" }.filter { $0.contains(" /api/") })
    let paths = try #require(try description(fixture).root["paths"] as? [String: [String: Any]])
    var described: Set<String> = ["GET /api/openapi.yaml"]
    for (path, operations) in paths {
      for method in operations.keys where method != "parameters" { described.insert("\(method.uppercased()) \(path)") }
    }
    #expect(real == described)
    await fixture.end()
  }

  /// Every operation that is described is answered by something that is there, and every path without one is not.
  @Test func whatIsDescribedAnswers() async throws {
    let fixture = try await ControlFixture()
    let piece = try await fixture.addPieces(1)[0]
    let paths = try #require(try description(fixture).root["paths"] as? [String: [String: Any]])
    for (path, operations) in paths {
      let target = path.replacing("{id}", with: "\(piece.id)").replacing("{name}", with: "music.mid")
      for method in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
        // The streams never end, and nobody listens to one; a piece that is deleted has no file.
        if path == "/api/events" || path.hasPrefix("/api/stream") || (method == "DELETE" && path == "/api/pieces/{id}")
        {
          continue
        }
        let body = ["GET", "DELETE"].contains(method) ? nil : "{}"
        let status = try fixture.ask(method, target, body).status
        if operations[method.lowercased()] == nil {
          #expect(status == 405, "\(method) \(path)")
        } else {
          #expect(![404, 405].contains(status) && status < 500, "\(method) \(path): \(status)")
        }
      }
    }
    #expect(try fixture.ask("DELETE", "/api/pieces/\(piece.id)").status == 204)
    await fixture.end()
  }

  /// Every answer is as its schema says.
  @Test(arguments: [
    "/api/status", "/api/sessions", "/api/curve", "/api/rules", "/api/player", "/api/pieces", "/api/pieces/{id}",
    "/api/styles",
  ])
  func answersAreAsDescribed(path: String) async throws {
    let fixture = try await ControlFixture()
    let piece = try await fixture.addPieces(2)[0]
    let answer = try fixture.ask("GET", path.replacing("{id}", with: "\(piece.id)"))
    let check = try description(fixture)
    let schema = try #require(check.schema("get", path))
    let value = try JSONSerialization.jsonObject(with: Data(answer.body.utf8))
    #expect(check.problems(value, schema) == [])
    // The check itself is not blind.
    #expect(check.problems(["surprise": 1], schema) != [])
    await fixture.end()
  }

  private func description(_ fixture: ControlFixture) throws -> JSONSchemaCheck {
    let text = try fixture.ask("GET", "/api/openapi.yaml").body
    return JSONSchemaCheck(root: try #require(try Yams.load(yaml: text) as? [String: Any]))
  }
}
