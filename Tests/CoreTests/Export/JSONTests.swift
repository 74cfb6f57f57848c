import Testing

@testable import Core

@Suite struct JSONTests {
  private static func parse(_ text: String) throws(DataError) -> OrderedJSON {
    try JSONParser.parse(Array(text.utf8), file: "data.json")
  }

  @Test func readsWhatItWritesInOrder() throws {
    let value = OrderedJSON.object([
      .init("z", .array([.null, .boolean(true), .boolean(false), .integer(.min), .integer(.max)])),
      .init("a\u{0}\u{2028}\"\\\n🎵", .object([.init("n", .number(0.1)), .init("m", .number(-1e-300))])),
      .init("empty", .object([])), .init("list", .array([])), .init("text", .string("")),
    ])
    #expect(try Self.parse(value.text) == value)
    #expect(try Self.parse(value.prettyText) == value)
  }

  @Test func numbersThatJSONCannotWriteAreNull() {
    #expect(OrderedJSON.array([.number(.infinity), .number(.nan), .number(1)]).text == "[null, null, 1.0]")
  }

  /// Readers that keep numbers as `Double` round beyond 2^53.
  @Test func seedsThatOthersWouldRoundAreText() throws {
    #expect(OrderedJSON.unsigned(1 << 53).text == "9007199254740992")
    #expect(OrderedJSON.unsigned(1 << 53 + 1).text == #""9007199254740993""#)
    for text in ["18446744073709551615", #""18446744073709551615""#] {
      #expect(try JSONSection(Array("{\"seed\": \(text)}".utf8), file: "f").unsigned("seed") == .max)
    }
    for text in [#""18446744073709551616""#, #""-1""#, #""""#, #""+1""#, "-1", "1.0"] {
      #expect(throws: DataError.self) {
        try JSONSection(Array("{\"seed\": \(text)}".utf8), file: "f").unsigned("seed")
      }
    }
    for _ in 0..<100 { #expect(RandomSource.drawSeed() < 1 << 53) }
  }

  @Test func escapes() throws {
    #expect(try Self.parse(#""\u00e9\ud83c\udfb5\/\b\f\n\r\t""#) == .string("é🎵/\u{8}\u{C}\n\r\t"))
  }

  @Test(arguments: [
    "", " ", "{", "[", "\"", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":1,", "{\"a\":1,}", "[1,]", "[1 2]", "{a:1}",
    "nul",
    "+1", "01", "1.", ".5", "1e", "1e+", "-", "1e999", "--1", "\"\\x\"", "\"\\u12\"", "\"\\u+123\"", "\"\\ud800\"",
    "\"\\ud800\\u0041\"", "\"\\udc00\"", "\"a\nb\"", "1 2", "{\"a\":1,\"a\":2}", "NaN", "'a'", "\u{FEFF}1", "/**/1",
  ])
  func refuses(text: String) {
    #expect(throws: DataError.self) { try Self.parse(text) }
  }

  @Test func refusesWhatIsNotUTF8() {
    #expect(throws: DataError(file: "data.json", line: 1, reason: "no JSON: text that is not UTF-8")) {
      try JSONParser.parse([0x22, 0xFF, 0x22], file: "data.json")
    }
  }

  @Test(arguments: ["[", "{\"a\":"]) func deepNestingIsNoOverflow(open: String) {
    #expect(throws: DataError(file: "data.json", line: 1, reason: "no JSON: nested deeper than 64")) {
      try Self.parse(String(repeating: open, count: 100_000))
    }
  }

  @Test func theLineIsNamed() {
    #expect(throws: DataError(file: "data.json", line: 3, reason: "no JSON: found 'x'")) {
      try Self.parse("{\n\"a\":\nx}")
    }
  }
}
