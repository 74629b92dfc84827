public import ExactArithmetic

/// A coefficient of the product of two variables, i < j, indices from 0.
public struct PairTerm: Sendable, Hashable {
  public let i: Int
  public let j: Int
  public let coefficient: Rational

  public init(_ i: Int, _ j: Int, _ coefficient: Rational) {
    self.i = i
    self.j = j
    self.coefficient = coefficient
  }
}

extension Array where Element == PairTerm {
  /// The canonical form: i < j, sorted, equal pairs added up, zeros dropped. Indices must differ and lie below n.
  public func canonicalized(variables n: Int) -> [PairTerm] {
    let sorted = map { term in
      precondition(term.i != term.j && term.i >= 0 && term.j >= 0 && Swift.max(term.i, term.j) < n)
      return term.i < term.j ? term : PairTerm(term.j, term.i, term.coefficient)
    }.sorted { ($0.i, $0.j) < ($1.i, $1.j) }
    var result: [PairTerm] = []
    for term in sorted {
      if let last = result.last, last.i == term.i, last.j == term.j {
        result[result.count - 1] = PairTerm(term.i, term.j, last.coefficient + term.coefficient)
      } else {
        result.append(term)
      }
    }
    return result.filter { !$0.coefficient.isZero }
  }

  /// Σ coefficient · xᵢ xⱼ.
  func value(of x: [Int]) -> Rational {
    reduce(into: Rational.zero) { sum, term in
      switch x[term.i] * x[term.j] {
      case 0: break
      case 1: sum += term.coefficient
      default: sum -= term.coefficient
      }
    }
  }
}

extension Array where Element == Rational {
  /// Σ coefficient · xᵢ for xᵢ in {-1, 0, 1}.
  func value(of x: [Int]) -> Rational {
    var sum = Rational.zero
    for (coefficient, x) in zip(self, x) where x != 0 && !coefficient.isZero {
      if x > 0 { sum += coefficient } else { sum -= coefficient }
    }
    return sum
  }
}
