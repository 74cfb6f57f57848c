import Foundation
import Testing

@testable import Daemon

/// Parts of files, as a player that seeks asks for them.
@Suite(.timeLimit(.minutes(2))) struct ByteRangeTests {
  @Test(
    arguments: [
      (nil, .whole), ("bytes=0-", .part(0..<100)), ("bytes=0-0", .part(0..<1)), ("bytes=10-19", .part(10..<20)),
      ("Bytes= 10 - 19 ", .part(10..<20)), ("bytes=90-1000", .part(90..<100)), ("bytes=-5", .part(95..<100)),
      ("bytes=-1000", .part(0..<100)), ("bytes=99-99999999999999999999999", .part(99..<100)),
      ("bytes=0-9223372036854775807", .part(0..<100)), ("bytes=100-", .unsatisfiable), ("bytes=-0", .unsatisfiable),
      ("bytes=99999999999999999999999-", .unsatisfiable), ("bytes=5-4", .whole), ("bytes=0-1,3-4", .whole),
      ("bytes=", .whole), ("bytes=-", .whole), ("bytes=a-b", .whole), ("bytes=1-2-3", .whole), ("bytes=+1-2", .whole),
      ("lines=1-2", .whole), ("", .whole),
    ] as [(String?, ByteRange)])
  func headers(header: String?, range: ByteRange) {
    #expect(ByteRange(header, of: 100) == range)
  }

  @Test func anEmptyFileHasNoParts() {
    #expect(ByteRange("bytes=0-", of: 0) == .unsatisfiable)
    #expect(ByteRange("bytes=-5", of: 0) == .unsatisfiable)
  }

  @Test func aFileIsGivenInParts() async throws {
    let fixture = try await ControlFixture()
    let piece = try await fixture.addPieces(1)[0]
    let whole = try Data(contentsOf: URL(filePath: "\(fixture.conductor.library.path(of: piece))/music.mid"))
    func ask(_ method: String, _ header: String) throws -> String {
      try fixture.raw(
        "\(method) /api/pieces/\(piece.id)/files/music.mid HTTP/1.1\r\nHost: localhost\r\n\(header)Connection: close\r\n\r\n"
      )
    }
    let none = try ask("HEAD", "Range: bytes=0-3\r\n")
    #expect(none.hasPrefix("HTTP/1.1 200") && none.lowercased().contains("accept-ranges: bytes"), "\(none)")
    let first = try ask("GET", "Range: bytes=0-3\r\n")
    #expect(first.hasPrefix("HTTP/1.1 206") && first.hasSuffix("\r\n\r\nMThd"), "\(first)")
    #expect(first.lowercased().contains("content-range: bytes 0-3/\(whole.count)\r\n"))
    #expect(first.lowercased().contains("content-length: 4\r\n"))
    #expect(try ask("GET", "Range: bytes=0-3\r\nIf-Range: \"x\"\r\n").hasPrefix("HTTP/1.1 200"))
    let beyond = try ask("GET", "Range: bytes=\(whole.count)-\r\n")
    #expect(beyond.hasPrefix("HTTP/1.1 416"), "\(beyond)")
    #expect(beyond.lowercased().contains("content-range: bytes */\(whole.count)\r\n"))
    await fixture.end()
  }
}
