import BigInt
import Bounds
import Certificates
import ExactArithmetic
import LinearAlgebra
import Networks
import PatternSearch
import Synchronization

/// The proofs of bounds: what each method's evidence becomes in a certificate.
extension CertificateSession {
  /// Runs a method and writes the proof of its value.
  ///
  /// - Returns: the bound; what its value becomes where the claim is accepted, nil where the method has no proof.
  func bound(
    _ method: any BoundMethod.Type, _ question: BoundQuestion
  ) throws -> (bound: LabelledBound, certified: Double?) {
    // A layer that was added for a difference of outputs is not the checker's: it takes the difference itself.
    let isOfFile = question.layersOfFile == question.network.layers.count
    switch method.name {
    case _ where question.weights[0].columns == 0: break
    case SeqLip.name where question.weights.count > 1 && question.norm == .two && isOfFile:
      return try pairs(question)
    case FormalGlobalLipschitz.name where question.weights.count > 1: return try joint(question)
    default: break
    }
    let bound = method.init().run(question)
    // Where no input varies, every bound is 0; a method without evidence of a value of 0 needs none but intervals.
    guard let value = bound.value, bound.side != .estimate, question.weights[0].columns > 0 else {
      return (bound, nil)
    }
    let isLower = bound.side == .lower
    guard let evidence = bound.evidence else {
      guard value == 0 else { return (bound, nil) }
      file.write(ConstantClaim(question: question, isAttainable: isLower, method: method.name).line)
      let proof =
        isLower ? ["conclude 0 -"] : ["proof patterns", "level 0", "interval 0", "qed", "conclude - 0"]
      proof.forEach(file.write)
      claims += 1
      return (bound, 0)
    }
    if !isOfFile {
      guard case .witness = evidence else { return (bound, nil) }
    }
    let claim = ConstantClaim(question: question, isAttainable: isLower, method: method.name)
    file.write(claim.line)
    defer { claims += 1 }
    // Room for the roundings of products of a few rounded numbers.
    let layers = Double(question.weights.count)
    var certified = value * (1 + 0x1p-41 * layers)
    switch evidence {
    case .witness(let witness):
      claim.lines(witness).forEach(file.write)
      file.write("conclude \(ConstantClaim.lower(witness)) -")
      return (bound, witness.lower)
    case .spectralNorms:
      file.write("proof layers")
      certified = question.network.activations.reduce(1) { $0 * $1.lipschitzConstant }
      for (k, weights) in question.weights.enumerated() {
        let norm = try Self.spectralNorm(weights)
        certified *= norm
        file.write("spectral \(k + 1) \(CertificateNumber.text(Rational(squareOf: norm)))")
      }
      certified *= 1 + 0x1p-50 * layers
    case .frobeniusNorms:
      file.write("proof layers")
      for k in question.weights.indices { file.write("frobenius \(k + 1)") }
      certified = value
    case .productNorms(let norms):
      file.write("proof products")
      for (k, row) in norms.enumerated() {
        for (j, norm) in row.enumerated() {
          file.write("product \(j + 1) \(k + 1) \(CertificateNumber.text(Self.above(norm)))")
        }
      }
      certified *= 1 + 0x1p-41 * layers
    case .multipliers(let multipliers):
      file.write("proof patterns")
      // S must be positive definite by a margin: all of λ and t a little larger.
      certified = value * (1 + 0x1p-33)
      let growth = value > 0 ? (certified / value) * (certified / value) : 1
      let writer = PatternProofWriter(file)
      writer.bounded(
        0, level: Rational(squareOf: certified),
        multipliers: multipliers.enumerated().filter { $0.element > 0 }
          .map { ($0.offset, $0.element * growth) },
        weights: [], transposed: false)
    case .searches: preconditionFailure("searches are written as they run")
    }
    file.write("qed")
    file.write("conclude - \(CertificateNumber.text(Rational(squareOf: certified)))")
    return (bound, certified)
  }

  /// A little above ‖W‖: s² I - WᵀW must be positive definite by what its factor in multiples of 2⁻⁵⁰ may miss.
  private static func spectralNorm(_ weights: Matrix) throws -> Double {
    let size = Double(min(weights.rows, weights.columns))
    return try weights.spectralNorm() * (1 + max(0x1p-42, size * 0x1p-48))
  }

  /// The same above a norm that was rounded up.
  private static func above(_ norm: Double) -> Double { norm * (1 + 0x1p-42) }

  /// FGL: one search over all patterns at once.
  private func joint(_ original: BoundQuestion) throws -> (LabelledBound, Double?) {
    let claim = ConstantClaim(question: original, isAttainable: false, method: FormalGlobalLipschitz.name)
    file.write(claim.line)
    file.write("proof patterns")
    let writer = PatternProofWriter(file)
    var question = original
    question.proofs = { _ in writer }
    let bound = FormalGlobalLipschitz().run(question)
    file.write("qed")
    var lower = "-"
    if case .searches(let witness?)? = bound.evidence {
      claim.lines(witness).forEach(file.write)
      lower = ConstantClaim.lower(witness)
    }
    file.write("conclude \(lower) \(CertificateNumber.text(writer.bound))")
    claims += 1
    return (bound, writer.bound.squareRootRoundedUp)
  }

  /// SeqLip: one search for each pair of layers.
  private func pairs(_ original: BoundQuestion) throws -> (LabelledBound, Double?) {
    let claim = ConstantClaim(question: original, isAttainable: false, method: SeqLip.name)
    file.write(claim.line)
    file.write("proof pairs")
    var splits = [Split(whole: original.weights[0])]
    for (k, split) in try SeqLip.splits(of: original).enumerated() {
      splits.append(Split(of: original.weights[k + 1], split.left, split.right))
      file.write(Self.line(k + 2, splits[k + 1], split.left, split.right))
    }
    splits.append(Split(whole: original.weights[original.weights.count - 1]))
    let writers = Mutex<[PatternProofWriter]>([])
    var question = original
    question.proofs = { [file] pair in
      if pair > 0 { file.write("close") }
      file.write("pair \(pair + 1)")
      let writer = PatternProofWriter(file)
      writers.withLock { $0.append(writer) }
      return writer
    }
    let bound = SeqLip().run(question)
    file.write("close")
    file.write("qed")
    // The levels' squares with what the remainders of the splits add (`PairProof`), rounded up.
    var square = 1.0
    let levels: [Double] = writers.withLock { $0.map(\.bound.squareRootRoundedUp) }
    for (k, level) in levels.enumerated() {
      let (left, right) = (splits[k], splits[k + 1])
      let steepest = original.network.activations[k].lipschitzConstant
      var rest = left.deltaSquared * right.right
      if right.deltaSquared > 0 { rest += right.rest * (left.left + left.deltaSquared) / right.deltaSquared }
      let factor = level * level + steepest * steepest * rest
      square *= factor * (1 + 0x1p-45)
    }
    let certified = square > 0 ? square.squareRoot().nextUp : 0
    file.write("conclude - \(CertificateNumber.text(Rational(squareOf: certified)))")
    claims += 1
    return (bound, certified)
  }

  /// W = L R + E: the squares of the Frobenius norms, rounded up, and δ² about ‖E‖ ‖L‖ / ‖R‖, which balances what the remainder
  /// adds on both sides.
  private struct Split {
    let left: Double
    let right: Double
    let rest: Double
    let deltaSquared: Double

    init(whole: Matrix) {
      let norm = whole.frobeniusNormUpperBound()
      (left, right, rest, deltaSquared) = (norm * norm, norm * norm, 0, 0)
    }

    init(of whole: Matrix, _ l: Matrix, _ r: Matrix) {
      let (a, b) = (l.frobeniusNormUpperBound(), r.frobeniusNormUpperBound())
      let e = (whole + (l * r) * -1).frobeniusNormUpperBound() + 0x1p-50 * a * b
      (left, right, rest) = (a * a, b * b, e * e)
      deltaSquared = b > 0 && e > 0 ? e * a / b : 1
    }
  }

  private static func line(_ layer: Int, _ split: Split, _ left: Matrix, _ right: Matrix) -> String {
    let words = (left.elements + right.elements).map { CertificateNumber.text($0) }
    return (["split \(layer) \(left.columns) \(CertificateNumber.text(split.deltaSquared))"] + words)
      .joined(separator: " ")
  }
}
