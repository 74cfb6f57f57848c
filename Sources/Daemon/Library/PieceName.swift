/// What people call a piece: words that one can say and remember, made from its seed and its score, so that the same
/// piece has the same name in every library.
///
/// 64 x 128 x 32 names: among the 100,000 pieces of a full library most are alone with theirs, and the number says the
/// rest.
enum PieceName {
  static func name(of piece: PieceRecord) -> String {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    func mix(_ value: UInt64) {
      for byte in 0..<8 { hash = (hash ^ (value >> UInt64(8 * byte) & 0xFF)) &* 0x100_0000_01B3 }
    }
    mix(piece.seed ?? 0)
    mix(UInt64(bitPattern: Int64(piece.population ?? -1)))
    mix(piece.score.bitPattern)
    mix(piece.seconds.bitPattern)
    for part in piece.scores { mix(part.raw.bitPattern) }
    // FNV leaves its low bits the poorest.
    hash ^= hash >> 29
    let quality = qualities[Int(hash % UInt64(qualities.count))]
    hash /= UInt64(qualities.count)
    let thing = things[Int(hash % UInt64(things.count))]
    hash /= UInt64(things.count)
    return "\(quality) \(thing) \(places[Int(hash % UInt64(places.count))])"
  }

  static let qualities = words(
    """
    amber ancient autumn bashful bold brass brave bright calm careful cedar chalk cheerful clear copper coral crooked \
    curious dancing distant drowsy early eager even faint fond gentle gilded glad golden green grey hidden hollow honest \
    humble idle ivory jolly kind late lively lonely lucky mellow misty modest noble open pale patient plain polite proud \
    quiet rainy ready rosy silent silver slow solemn sunny tender
    """)
  static let things = words(
    """
    acorn anchor apple arch badger banjo barge barrel basket beacon bell birch bison blossom boat bridge brook bucket \
    button cabin candle canoe castle cat chapel cherry clock cloud clover comet compass cricket crow curtain daisy \
    door dove drum eagle elm engine falcon feather fern ferry fiddle field finch fire flute forge fountain fox garden \
    gate goose gull hammer harbour hare harp hat hawk hazel hedge heron hill horse island kettle kite ladder \
    lake lamp lantern lark leaf letter lighthouse lily lion loom magpie maple meadow mill mirror moon moth \
    mountain mouse oak orchard otter owl paper parrot pear pebble pigeon pine plough pond poppy quarry quill rabbit \
    raven reed river robin rope rose saddle sail shell ship shore sparrow spring star stone swan table tower train tree \
    violin
    """)
  static let places = words(
    """
    abroad ahead alone aloft apart ashore asleep at-dawn at-dusk at-ease at-home at-noon at-rest at-sea awake below \
    beyond in-bloom in-love in-may in-red in-snow indoors on-foot on-stage outside overhead to-come tonight underway \
    uphill within
    """)

  private static func words(_ text: String) -> [String] {
    text.split(separator: " ").map { String($0).replacing("-", with: " ") }
  }
}
