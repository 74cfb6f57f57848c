/// e^x for x <= 0 in plain additions and multiplications: the same bits on every machine, unlike a C library's `exp`.
///
/// 2^n times the Taylor series of e^r, |r| <= ln 2 / 2, to the 13th power: relative error below 1e-15. Below -700: 0.
func exponential(_ x: Double) -> Double {
  guard x > -700 else { return 0 }
  let power = (x * 1.442695040888963407).rounded(.toNearestOrEven)
  let rest = (x - power * 0.693147180369123816490) - power * 1.90821492927058770002e-10  // ln 2 in two parts
  var series = 1.0
  for divisor in stride(from: 13.0, to: 0, by: -1) { series = 1 + rest * series / divisor }
  return Double(sign: .plus, exponent: Int(power), significand: series)
}

/// The natural logarithm of a positive, normal number, likewise.
///
/// x = 2^n m with m in [sqrt(1/2), sqrt(2)), ln m = 2 artanh((m - 1) / (m + 1)) by its series: relative error below
/// 1e-14.
func naturalLogarithm(_ x: Double) -> Double {
  var exponent = Double(x.exponent)
  var significand = x.significand
  if significand > 1.4142135623730951 {
    significand /= 2
    exponent += 1
  }
  let z = (significand - 1) / (significand + 1)
  var series = 0.0
  for power in stride(from: 27.0, through: 1, by: -2) { series = series * z * z + 1 / power }
  return exponent * 0.6931471805599453 + 2 * z * series
}

/// A power with a whole exponent by squaring, likewise.
func power(_ base: Double, _ exponent: Int) -> Double {
  var (result, factor, rest) = (1.0, base, exponent)
  while rest > 0 {
    if rest & 1 == 1 { result *= factor }
    factor *= factor
    rest >>= 1
  }
  return result
}
