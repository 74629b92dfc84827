extension ComputationGraph {
  /// x times a gate that depends on the same x, as exporters write activations that their operator set lacks: x·σ(x) is SiLU,
  /// x·tanh(softplus(x)) Mish, and x·(1 + erf(x / c)) a GELU with scales, for whatever double stands for √2. As products they would have no
  /// bound where x has none.
  ///
  /// - Returns: The node of the activation's value, appended; nil, and nothing is, where the product is no such thing.
  public mutating func applyGate(_ a: Int, _ b: Int, name: String) -> Int? {
    for (x, gate) in [(a, b), (b, a)] {
      if argument(of: gate, Elementwise<Sigmoid>.self) == x {
        return try? apply(Elementwise(SigmoidLinearUnit()), to: [x], name: name)
      }
      if let inner = argument(of: gate, Elementwise<HyperbolicTangent>.self),
        argument(of: inner, Elementwise<Softplus>.self) == x
      {
        return try? apply(Elementwise(Mish()), to: [x], name: name)
      }
      if let divisor = errorFunctionGate(gate, of: x) {
        // With t = √2 x / c it is √2 c GELU(t).
        let scale = constant(Tensor(2.0.squareRoot() / divisor), name: "√2 / \(divisor)")
        guard let scaled = try? apply(Product(), to: [x, scale]),
          let value = try? apply(Elementwise(GaussianErrorLinearUnit()), to: [scaled])
        else { return nil }
        let back = constant(Tensor(2.0.squareRoot() * divisor), name: "√2 · \(divisor)")
        return try? apply(Product(), to: [value, back], name: name)
      }
    }
    return nil
  }

  /// The argument of an element-wise function of this kind.
  private func argument<Operation: GraphOperator>(of node: Int, _ kind: Operation.Type) -> Int? {
    guard case .operation(let operation, let arguments) = nodes[node].kind, operation is Operation else {
      return nil
    }
    return arguments.first
  }

  /// c, where the node is 1 + erf(x / c).
  private func errorFunctionGate(_ node: Int, of x: Int) -> Double? {
    guard case .operation(let sum as Sum, let terms) = nodes[node].kind, !sum.isDifference,
      let place = terms.firstIndex(where: { number($0) == 1 }),
      let scaled = argument(of: terms[1 - place], Elementwise<ErrorFunction>.self),
      case .operation(let scaling, let factors) = nodes[scaled].kind
    else { return nil }
    if scaling is Quotient, factors[0] == x, let divisor = number(factors[1]), divisor > 0 { return divisor }
    if scaling is Product, let own = factors.firstIndex(of: x), let factor = number(factors[1 - own]),
      factor > 0
    {
      return 1 / factor
    }
    return nil
  }

  /// The number that a constant node is.
  private func number(_ node: Int) -> Double? {
    guard case .constant(let value, _) = nodes[node].kind, value.elements.count == 1 else { return nil }
    return value.elements[0]
  }
}
