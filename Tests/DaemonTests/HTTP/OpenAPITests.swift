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
    let answer = try fixture.ask("GET", "/api/openapi.yaml")
    #expect(answer.status == 200)
    let root = try #require(try Yams.load(yaml: answer.body) as? [String: Any])
    let paths = try #require(root["paths"] as? [String: [String: Any]])
    var described: Set<String> = ["GET /api/openapi.yaml"]
    for (path, operations) in paths {
      for method in operations.keys where method != "parameters" { described.insert("\(method.uppercased()) \(path)") }
    }
    #expect(real == described)
    await fixture.end()
  }

  /// Every answer has the keys its schema requires, and no others.
  @Test(arguments: [
    ("/api/status", "Status"), ("/api/curve", "Curve"), ("/api/rules", "Rules"), ("/api/pieces/ID", "PieceDetails"),
  ])
  func answersHaveTheKeysOfTheirSchemas(path: String, schema: String) async throws {
    let fixture = try await ControlFixture()
    let pieces = try await fixture.addPieces(1)
    let answer = try fixture.ask("GET", path.replacing("ID", with: "\(pieces[0].id)"))
    let object = try #require(try JSONSerialization.jsonObject(with: Data(answer.body.utf8)) as? [String: Any])
    let root = try #require(
      try Yams.load(yaml: fixture.ask("GET", "/api/openapi.yaml").body) as? [String: Any])
    let schemas = try #require((root["components"] as? [String: Any])?["schemas"] as? [String: [String: Any]])
    let wanted = try #require(schemas[schema])
    let required = Set(wanted["required"] as? [String] ?? [])
    let known = Set((wanted["properties"] as? [String: Any] ?? [:]).keys)
    #expect(required.isSubset(of: object.keys))
    #expect(Set(object.keys).isSubset(of: known))
    await fixture.end()
  }
}
