/// SHA-256 (FIPS 180-4, section 6.2), for digests of configurations and soundfonts: too small a need for a dependency.
public enum SHA256 {
  /// The digest of some bytes, 64 hexadecimal digits.
  public static func hexadecimal(_ bytes: [UInt8]) -> String {
    // Section 5.1.1: a one, zeros up to a multiple of 64 bytes, the length in bits.
    var message = bytes + [0x80]
    message += Array(repeating: 0, count: (119 - bytes.count % 64) % 64)
    let bitCount = UInt64(bytes.count) * 8
    message += (0..<8).map { UInt8(truncatingIfNeeded: bitCount >> UInt64(56 - 8 * $0)) }
    var hash = initialHash
    for block in stride(from: 0, to: message.count, by: 64) { compress(message[block..<block + 64], into: &hash) }
    return hash.map { word in
      let digits = String(word, radix: 16)
      return String(repeating: "0", count: 8 - digits.count) + digits
    }.joined()
  }

  private static func compress(_ block: ArraySlice<UInt8>, into hash: inout [UInt32]) {
    func rotated(_ x: UInt32, _ n: UInt32) -> UInt32 { x >> n | x << (32 - n) }
    var schedule = (0..<16).map { word in
      (0..<4).reduce(UInt32(0)) { $0 << 8 | UInt32(block[block.startIndex + 4 * word + $1]) }
    }
    for t in 16..<64 {
      let (a, b) = (schedule[t - 15], schedule[t - 2])
      let small0 = rotated(a, 7) ^ rotated(a, 18) ^ a >> 3
      let small1 = rotated(b, 17) ^ rotated(b, 19) ^ b >> 10
      schedule.append(small1 &+ schedule[t - 7] &+ small0 &+ schedule[t - 16])
    }
    var v = hash  // a...h of the standard
    for t in 0..<64 {
      let large1 = rotated(v[4], 6) ^ rotated(v[4], 11) ^ rotated(v[4], 25)
      let choice = v[4] & v[5] ^ ~v[4] & v[6]
      let first = v[7] &+ large1 &+ choice &+ constants[t] &+ schedule[t]
      let large0 = rotated(v[0], 2) ^ rotated(v[0], 13) ^ rotated(v[0], 22)
      let majority = v[0] & v[1] ^ v[0] & v[2] ^ v[1] & v[2]
      v = [first &+ large0 &+ majority, v[0], v[1], v[2], v[3] &+ first, v[4], v[5], v[6]]
    }
    for index in hash.indices { hash[index] &+= v[index] }
  }

  /// The first 64 primes: the constants are fractional parts of their roots (sections 4.2.2 and 5.3.3).
  private static let primes: [UInt64] = {
    var primes: [UInt64] = []
    var candidate: UInt64 = 2
    while primes.count < 64 {
      if primes.allSatisfy({ candidate % $0 != 0 }) { primes.append(candidate) }
      candidate += 1
    }
    return primes
  }()

  /// The first 32 bits of the fractional parts of the square roots of the first 8 primes.
  private static let initialHash: [UInt32] = primes.prefix(8).map { prime in
    // floor(sqrt(p) * 2^32) = floor(sqrt(p * 2^64)), bit by bit in 128 bits.
    root(UInt128(prime) << 64) { $0 * $0 }
  }

  /// The first 32 bits of the fractional parts of the cube roots of the first 64 primes.
  private static let constants: [UInt32] = primes.map { prime in
    // floor(cbrt(p) * 2^32) = floor(cbrt(p * 2^96)).
    root(UInt128(prime) << 96) { $0 * $0 * $0 }
  }

  /// The low 32 bits of the largest number below 2^36 whose power does not exceed `value`.
  private static func root(_ value: UInt128, power: (UInt128) -> UInt128) -> UInt32 {
    var result: UInt128 = 0
    for bit in (0..<36).reversed() where power(result | 1 << UInt128(bit)) <= value { result |= 1 << UInt128(bit) }
    return UInt32(truncatingIfNeeded: result)
  }
}
