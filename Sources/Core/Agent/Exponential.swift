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
