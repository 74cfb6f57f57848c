/// `daemon` of the configuration: the service that composes without end.
public struct DaemonConfiguration: Sendable, Hashable {
  /// Session after session: how long each learns and what it leaves.
  public struct Sessions: Sendable, Hashable {
    /// `populations` a session trains.
    public var populations: Int
    /// `pieces` it composes at its end.
    public var pieces: Int
    /// `seed` of the first session, the next ones count on from it; nil to draw every one.
    public var seed: UInt64?
    /// `favourite_share`: how many of the sessions, 0...1, start from the weights behind a favourite piece.
    public var favouriteShare: Double
    /// `rate`.
    public var rate: Rate
    /// `start_paused`: nothing is trained until somebody says so.
    public var startsPaused: Bool
  }

  /// How many pieces are composed.
  public enum Rate: Sendable, Hashable {
    /// As `heard` where something is heard, else 60 an hour.
    case automatic
    /// `heard`: a few pieces ahead of what is heard.
    case heard
    /// `free`: as many as can be.
    case free
    /// So many an hour.
    case hourly(Double)

    /// Pieces an hour where nobody listens.
    public static let unheard = 60.0
  }

  /// What goes when there is too much; pieces that were kept or rated up never go.
  public struct Retention: Sendable, Hashable {
    /// `pieces`: the most that stay; nil for all.
    public var pieces: Int?
    /// `days` that a piece stays; nil for ever.
    public var days: Double?
    /// `megabytes` that all folders together may have (1 MB = 1,000,000 bytes).
    public var megabytes: Megabytes
    /// `free_megabytes` on the disk, below which nothing is composed.
    public var freeMegabytes: Double

    /// How much the pieces may take.
    public enum Megabytes: Sendable, Hashable {
      /// What the library was made with: 2,000; any number for one that is older than this setting.
      case automatic
      /// `all`: any number.
      case unlimited
      /// So many.
      case limit(Double)

      /// What a new library is made with.
      public static let standard = 2000.0
    }
  }

  /// Where the control interface listens.
  public struct HTTP: Sendable, Hashable {
    /// `socket`: path of a Unix socket; nil for `control.sock` in $RUNTIME_DIRECTORY, else in the library; empty: none.
    public var socket: String?
    /// `host` for the port.
    public var host: String
    /// `port`: nil for none, 0 for any free one.
    public var port: Int?
    /// `token` that clients of the port have to show; nil for none, allowed on loopback addresses only.
    public var token: String?
    /// `token_file` that the daemon reads the token from; relative to $CREDENTIALS_DIRECTORY, if that is set.
    public var tokenFile: String?
    /// `public_url`: where browsers find the page through a reverse proxy; nil without one.
    public var publicURL: PublicURL?
  }

  /// How far ratings may move the rules' weights.
  public struct Steering: Sendable, Hashable {
    /// `enabled`.
    public var isEnabled: Bool
    /// `least_factor`, `greatest_factor`: bounds of a weight, relative to the configuration's coefficient.
    public var factors: ClosedRange<Double>
  }

  /// `library`: folder of the database, the checkpoint and, unless `output` says otherwise, the pieces.
  public var library: String
  /// `output`: folder of the pieces; nil for `pieces` in the library.
  public var output: String?
  /// `sessions`.
  public var sessions: Sessions
  /// `retention`.
  public var retention: Retention
  /// `http`.
  public var http: HTTP
  /// `steering`.
  public var steering: Steering

  /// The folder that pieces go to.
  public var outputFolder: String { output ?? library + "/pieces" }

  init(_ section: ConfigurationSection) throws(ConfigurationError) {
    library = try section.string("library", default: "rlmusician_library")
    guard !library.isEmpty, !library.utf8.contains(0) else { throw section.error("library", allowed: "a folder") }
    output = try Self.path(section, "output")
    sessions = try Sessions(section.section("sessions"))
    retention = try Retention(section.section("retention"))
    http = try HTTP(section.section("http"))
    steering = try Steering(section.section("steering"))
  }

  fileprivate static func path(
    _ section: ConfigurationSection, _ key: String
  ) throws(ConfigurationError) -> String? {
    guard section.has(key) else { return nil }
    let path = try section.string(key, default: "")
    guard !path.isEmpty, !path.utf8.contains(0) else { throw section.error(key, allowed: "a path, or null") }
    return path
  }
}

extension DaemonConfiguration {
  fileprivate enum WordOrNumber {
    case word(String)
    case number(Double)
  }

  /// nil if there is nothing.
  fileprivate static func wordOrNumber(
    _ section: ConfigurationSection, _ key: String, _ words: [String], _ range: ClosedRange<Double>
  ) throws(ConfigurationError) -> WordOrNumber? {
    guard section.has(key) else { return nil }
    if let text = try section.scalar(key), words.contains(text) { return .word(text) }
    do {
      return .number(try section.number(key, default: range.lowerBound, in: range))
    } catch {
      throw section.error(
        key, allowed: "\(words.joined(separator: ", ")), or a number from \(range.lowerBound) to \(range.upperBound)")
    }
  }
}

extension DaemonConfiguration.Sessions {
  init(_ section: ConfigurationSection) throws(ConfigurationError) {
    populations = try section.integer("populations", default: 100, in: 1...1_000_000_000)
    pieces = try section.integer("pieces", default: 3, in: 1...1000)
    seed = try section.optionalInteger("seed", in: 0...Int.max).map { UInt64($0) }
    favouriteShare = try section.number("favourite_share", default: 0, in: 0...1)
    rate = try DaemonConfiguration.Rate(section, "rate")
    startsPaused = try section.boolean("start_paused", default: false)
  }
}

extension DaemonConfiguration.Retention {
  init(_ section: ConfigurationSection) throws(ConfigurationError) {
    pieces = try section.optionalInteger("pieces", in: 1...1_000_000_000)
    days = section.has("days") ? try section.number("days", default: 0, in: 0.001...100_000) : nil
    megabytes =
      switch try DaemonConfiguration.wordOrNumber(section, "megabytes", ["all"], 1...1e9) {
      case .word: .unlimited
      case .number(let number): .limit(number)
      case nil: .automatic
      }
    freeMegabytes = try section.number("free_megabytes", default: 1000, in: 0...1e9)
  }
}

extension DaemonConfiguration.Rate {
  init(_ section: ConfigurationSection, _ key: String) throws(ConfigurationError) {
    switch try DaemonConfiguration.wordOrNumber(section, key, ["heard", "free"], 0.001...1_000_000) {
    case .word(let word): self = word == "heard" ? .heard : .free
    case .number(let number): self = .hourly(number)
    case nil: self = .automatic
    }
  }
}

extension DaemonConfiguration.HTTP {
  init(_ section: ConfigurationSection) throws(ConfigurationError) {
    socket = section.has("socket") ? try section.string("socket", default: "") : nil
    // What sun_path of an AF_UNIX address holds, without its final NUL.
    guard (socket?.utf8.count ?? 0) <= 107, socket?.utf8.contains(0) != true else {
      throw section.error("socket", allowed: "a path of at most 107 bytes")
    }
    host = try section.string("host", default: "127.0.0.1")
    port = try section.optionalInteger("port", in: 0...65_535)
    token = section.has("token") ? try section.string("token", default: "") : nil
    if let token, !Self.isToken(token) {
      throw section.error("token", found: "\(token.utf8.count) bytes", allowed: Self.tokenAllowed)
    }
    tokenFile = section.has("token_file") ? try section.string("token_file", default: "") : nil
    guard token == nil || tokenFile == nil, tokenFile != "", tokenFile?.utf8.contains(0) != true else {
      throw section.error("token_file", allowed: "a path, unless there is a token")
    }
    let hasToken = token != nil || tokenFile != nil
    guard hasToken || Self.localHosts.contains(host) else {
      throw section.error("host", allowed: "127.0.0.1, ::1 or localhost, unless there is a token")
    }
    if section.has("public_url") {
      publicURL = PublicURL(try section.string("public_url", default: ""))
      guard publicURL != nil else {
        throw section.error("public_url", allowed: "http:// or https://, a host and a path, or null")
      }
      guard hasToken else {
        throw section.error("public_url", allowed: "null, unless there is a token: others can reach it")
      }
    }
  }
}

extension DaemonConfiguration.HTTP {
  /// Hosts that nobody reaches from elsewhere.
  public static let localHosts: Set<String> = ["127.0.0.1", "::1", "localhost"]

  private static let tokenAllowed = "16 to 512 printable ASCII characters"

  private static func isToken(_ text: String) -> Bool {
    (16...512).contains(text.utf8.count) && text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
  }

  /// Reads `token_file`, if there is one, in place of the token. White space around it is no part of it.
  ///
  /// - Parameter credentials: the folder that a service's credentials are in; nil for none.
  /// - Throws: `FileError` if the file is not there, `DataError` if there is no token in it.
  public mutating func readToken(credentials: String?) throws {
    guard let tokenFile else { return }
    let path = tokenFile.hasPrefix("/") ? tokenFile : credentials.map { "\($0)/\(tokenFile)" } ?? tokenFile
    let bytes = try InputFile.read(path, limit: 4096, as: "a token")
    let words = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isWhitespace).map(String.init)
    guard words.count == 1, Self.isToken(words[0]) else {
      throw DataError(
        file: path,
        reason: "found \(words.count == 1 ? "\(words[0].utf8.count) bytes" : "\(words.count) words"); "
          + "allowed: \(Self.tokenAllowed)")
    }
    token = words[0]
  }
}

extension DaemonConfiguration.Steering {
  init(_ section: ConfigurationSection) throws(ConfigurationError) {
    isEnabled = try section.boolean("enabled", default: false)
    let least = try section.number("least_factor", default: 0.25, in: 0...1)
    factors = least...(try section.number("greatest_factor", default: 4, in: 1...1000))
  }
}
