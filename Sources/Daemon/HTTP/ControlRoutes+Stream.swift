internal import Core
internal import HTTPTypes
internal import Hummingbird
internal import NIOCore

#if Playback
  internal import Playback
#endif

/// What is being heard, live.
extension ControlRoutes {
  var streamRoutes: [ControlRoute] {
    [
      ControlRoute(.get, "/api/stream") { request, _ in
        #if Playback
          let query = try RequestQuery(request, names: ["format", "titles", "listener"])
          let name = try query.string("listener", longest: 40)
          guard name?.utf8.allSatisfy(Self.nameBytes.contains) != false, name != "" else {
            throw query.bad("listener", allowed: "letters, digits and hyphens")
          }
          return try await stream(
            request, try query.choice("format", of: StreamFormat.self) ?? .opus,
            hasTitles: try query.boolean("titles") ?? true, name: name)
        #else
          throw ControlError(.conflict, "built without playback")
        #endif
      },
      ControlRoute(.get, "/api/stream/{listener}") { request, context in
        _ = try RequestQuery(request, names: [])
        #if Playback
          guard let name = context.parameters.get("listener"), let start = conductor.sound.stream.start(of: name) else {
            throw ControlError(.notFound, "no such listener")
          }
          return try .json(StreamPlaceView(start: start, marks: conductor.sound.stream.marks))
        #else
          throw ControlError(.notFound, "no such listener")
        #endif
      },
    ]
  }

  private static let nameBytes = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-".utf8)

  #if Playback
    /// Where a listener's sound stands in what is heard.
    private struct StreamPlaceView: Encodable {
      /// The stream's second that its sound began with.
      var start: Double
      /// What was heard lately.
      var marks: [StreamMark]
    }

    private func stream(
      _ request: Request, _ format: StreamFormat, hasTitles: Bool, name: String?
    ) async throws -> Response {
      let stream = conductor.sound.stream
      let target = await conductor.sound.playback.target
      if case .midi = target {
        throw ControlError(.conflict, "what is heard goes through a MIDI port: there is no sound to send")
      }
      let wantsICY = request.headers[.icyMetadata] == "1" && format != .opus
      var headers: HTTPFields = [
        .contentType: format.contentType, .cacheControl: "no-store", .accelBuffering: "no",
      ]
      if wantsICY {
        headers[.icyInterval] = "\(ICYTitles.interval)"
        headers[.icyName] = "rl-musician"
      }
      // A question for the head alone is no listener.
      if request.method == .head { return Response(status: .ok, headers: headers) }
      guard let subscription = stream.open(format, hasTitles: hasTitles, name: name) else {
        throw ControlError(.tooManyRequests, "\(SoundStream.limit) listen already")
      }
      let body = ResponseBody { writer in
        defer { stream.close(subscription.number) }
        var output = writer
        try await request.body.consumeWithCancellationOnInboundClose { _ in
          var titles = ICYTitles()
          for await block in subscription.blocks {
            let bytes = wantsICY ? titles.interleave(block, title: stream.title) : block
            try await output.write(ByteBuffer(bytes: bytes))
          }
        }
        try await output.finish(nil)
      }
      return Response(status: .ok, headers: headers, body: body)
    }
  #endif
}

extension HTTPField.Name {
  static let icyMetadata = Self("Icy-MetaData")!
  static let icyInterval = Self("icy-metaint")!
  static let icyName = Self("icy-name")!
}
