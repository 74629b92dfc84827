public import BigInt

/// Nonnegative integers, in descending order and without zeros, whose squares sum to n: as few as there are below
/// 2²⁰, at most four always (Lagrange's theorem).
///
/// Small n by search; large n by Rabin and Shallit, "Randomized algorithms in number theory" (1986): take x, y until
/// n - x² - y² is a prime p ≡ 1 (mod 4), and write p as two squares by Hermite and Serret. Deterministic: the tries
/// are consecutive. Expected O(log² n) tries.
public func fourSquares(_ n: BigInt) -> [BigInt] {
  precondition(n.signum() >= 0)
  if n.isZero { return [] }
  if n < BigInt(1) << 20 { return smallSquares(Int(n)).map { BigInt($0) } }
  // 4ᵏ m: solve for m.
  var m = n
  var scale: BigInt = 1
  while m & 3 == 0 {
    m >>= 2
    scale <<= 1
  }
  if m < BigInt(1) << 20 { return smallSquares(Int(m)).map { BigInt($0) * scale } }
  let squares = largeSquares(m).filter { !$0.isZero }.sorted(by: >)
  return squares.map { $0 * scale }
}

private func smallSquares(_ n: Int) -> [Int] {
  func search(_ rest: Int, _ count: Int, _ largest: Int) -> [Int]? {
    if rest == 0 { return [] }
    if count == 0 { return nil }
    var a = min(largest, Int(Double(rest).squareRoot()))
    while a > 0, a * a * count >= rest {
      if let more = search(rest - a * a, count - 1, a) { return [a] + more }
      a -= 1
    }
    return nil
  }
  for count in 1...4 {
    if let found = search(n, count, n) { return found }
  }
  preconditionFailure("Lagrange's theorem")
}

private func largeSquares(_ m: BigInt) -> [BigInt] {
  let root = BigInt(m.magnitude.squareRoot())
  if root * root == m { return [root] }
  var x = root
  while true {
    let afterX = m - x * x
    var y = min(x, BigInt(afterX.magnitude.squareRoot()))
    // A few y for each x: primes are dense enough.
    for _ in 0..<64 where y.signum() >= 0 {
      let p = afterX - y * y
      if let (a, b) = twoSquares(p) { return [x, y, a, b] }
      y -= 1
    }
    x -= 1
  }
}

/// a² + b² = p for 0, 1, 2 and primes p ≡ 1 (mod 4); nil where p is none of these.
private func twoSquares(_ p: BigInt) -> (BigInt, BigInt)? {
  if p == 0 { return (0, 0) }
  if p == 1 { return (1, 0) }
  if p == 2 { return (1, 1) }
  guard p & 3 == 1, p.isPrime() else { return nil }
  // i with i² ≡ -1 (mod p) from a quadratic non-residue; then Euclid's algorithm down to √p.
  var candidate: BigInt = 2
  var i: BigInt = 0
  while true {
    i = candidate.power((p - 1) >> 2, modulus: p)
    if (i * i + 1) % p == 0 { break }
    candidate += 1
    guard candidate < 1000 else { return nil }
  }
  var (a, b) = (p, i)
  while b * b > p { (a, b) = (b, a % b) }
  let c = a % b
  return b * b + c * c == p ? (b, c) : nil
}
