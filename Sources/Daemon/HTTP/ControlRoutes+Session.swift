internal import Hummingbird
internal import NIOCore

/// What is going on, the sessions, the rules' weights, the stream of events.
extension ControlRoutes {
  private enum SessionAction: String, CaseIterable { case start, pause, stop, next }

  var sessionRoutes: [ControlRoute] {
    [
      ControlRoute(.get, "/api/status") { request, _ in
        _ = try RequestQuery(request, names: [])
        return try .json(await conductor.status())
      },
      ControlRoute(.post, "/api/session") { request, _ in
        let body = try await RequestObject(request, keys: ["action"])
        switch try body.choice("action", of: SessionAction.self) {
        case .start: await conductor.start()
        case .pause: await conductor.pause()
        case .stop: await conductor.stop()
        case .next: await conductor.nextSession()
        case nil: break
        }
        return try .json(await conductor.status())
      },
      ControlRoute(.get, "/api/sessions") { request, _ in
        let query = try RequestQuery(request, names: ["offset", "limit"])
        let sessions = try await library.sessions(
          offset: query.integer("offset", in: 0...1_000_000_000) ?? 0,
          limit: query.integer("limit", in: 1...200) ?? 50)
        return try .json(SessionsView(sessions: sessions))
      },
      ControlRoute(.get, "/api/curve") { request, _ in
        _ = try RequestQuery(request, names: [])
        return try .json(await conductor.curve())
      },
      ControlRoute(.get, "/api/events") { request, _ in
        _ = try RequestQuery(request, names: [])
        return try eventStream(request)
      },
    ]
  }

  var ruleRoutes: [ControlRoute] {
    [
      ControlRoute(.get, "/api/rules") { request, _ in
        _ = try RequestQuery(request, names: [])
        return try .json(RulesView(rules: await conductor.rules()))
      },
      ControlRoute(.patch, "/api/rules") { request, _ in
        let body = try await RequestObject(request, keys: ["weights"])
        return try .json(RulesView(rules: try await conductor.setWeights(body.numbers("weights") ?? [:])))
      },
      ControlRoute(.delete, "/api/rules") { _, _ in
        try .json(RulesView(rules: await conductor.resetWeights()))
      },
    ]
  }

  /// The whole state, then what happens.
  private func eventStream(_ request: Request) throws -> Response {
    let body = ResponseBody { [self] writer in
      guard let (number, events) = streams.open() else { return try await writer.finish(nil) }
      defer { streams.close(number) }
      var output = writer
      try await request.body.consumeWithCancellationOnInboundClose { _ in
        for buffer in await snapshot() { try await output.write(buffer) }
        for await buffer in events { try await output.write(buffer) }
      }
      try await output.finish(nil)
    }
    guard streams.count < EventStreams.limit else {
      throw ControlError(.tooManyRequests, "\(EventStreams.limit) streams are open already")
    }
    return Response(
      status: .ok, headers: [.contentType: "text/event-stream", .cacheControl: "no-store", .accelBuffering: "no"],
      body: body)
  }

  private func snapshot() async -> [ByteBuffer] {
    let player = await conductor.playerState()
    return [
      ByteBuffer(string: "retry: 2000\n\n"),
      EventStreams.text("status", await conductor.status()),
      EventStreams.text("rules", RulesView(rules: await conductor.rules())),
      EventStreams.text("curve", await conductor.curve()),
      EventStreams.text("device", await conductor.device()),
      player.flatMap { EventStreams.text("player", $0) },
    ].compactMap { $0 }
  }
}
