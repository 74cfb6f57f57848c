import Core
import HTTPTypes
import HummingbirdCore
import NIOCore
import NIOEmbedded
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1

@testable import Daemon

/// What comes in by the port: bytes through NIO's decoder and our guard, then heads and bodies as the routes read them.
enum HTTPRequests {
  @Sendable static func parse(_ bytes: [UInt8]) throws {
    let channel = EmbeddedChannel()
    try channel.pipeline.syncOperations.addHandlers([
      ByteToMessageHandler(HTTPRequestDecoder()), HTTP1ToHTTPServerCodec(secure: false),
      ConnectionGuard(ConnectionGuard.Limits(), Connections()),
    ])
    // In two parts, so that a request may be cut anywhere.
    let cut = bytes.isEmpty ? 0 : Int(bytes[0]) % bytes.count
    for part in [bytes[..<cut], bytes[cut...]] {
      do { try channel.writeInbound(ByteBuffer(bytes: part)) } catch {}
    }
    var head: HTTPRequest?
    var body: [UInt8] = []
    while let part = try channel.readInbound(as: HTTPRequestPart.self) {
      switch part {
      case .head(let next): (head, body) = (next, [])
      case .body(let next): body += Array(next.readableBytesView)
      case .end:
        if let head { try answer(head, body) }
      }
    }
    _ = try? channel.finish(acceptAlreadyClosed: true)
  }

  private static func answer(_ head: HTTPRequest, _ body: [UInt8]) throws {
    let request = Request(head: head, body: RequestBody(buffer: ByteBuffer(bytes: body)))
    for token in [nil, "0123456789abcdef"] {
      _ = ControlAccess(
        isPort: true, token: ControlToken(token), host: "127.0.0.1", publicURL: PublicURL("https://music.example/")
      ).refusal(request)
    }
    _ = ControlAccess.hasGoodContent(request)
    _ = ByteRange(request.headers[.range], of: body.count)
    _ = try? query(request)
    let object = try RequestObject(bytes: body, keys: ["action", "rating", "is_kept", "weights", "volume", "piece"])
    _ = try? object.string("action")
    _ = try? object.integer("rating", in: -1...1)
    _ = try? object.integer("piece", in: .min ... .max)
    _ = try? object.boolean("is_kept")
    _ = try? object.numbers("weights")
    _ = try object.number("volume", in: 0...1)
  }

  private static func query(_ request: Request) throws {
    let query = try RequestQuery(request, names: ["offset", "order", "kept", "minimum_score", "tuning", "since"])
    _ = try? query.integer("offset", in: 0...1_000_000_000)
    _ = try? query.choice("order", of: PieceFilter.Order.self)
    _ = try? query.boolean("kept")
    _ = try? query.number("minimum_score")
    _ = try? query.string("tuning", longest: 200)
    _ = try query.date("since")
  }
}
