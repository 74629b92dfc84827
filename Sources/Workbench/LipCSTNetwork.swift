import ExactArithmetic
import LinearAlgebra
public import Networks
public import Problems

extension LipCST {
  /// The network f = M2 ∘ ρ ∘ M1, for any tool that reads networks.
  ///
  /// - Throws: `InputError` where a weight is not a double, or there are no inputs.
  public func network(name: String) throws(InputError) -> MultilayerPerceptron {
    func matrix(_ m: RationalMatrix, _ label: String) throws(InputError) -> Matrix {
      guard m.rows > 0, m.columns > 0 else {
        throw InputError(
          "\(label) is empty (\(m.rows) × \(m.columns))",
          remedy: "a network needs at least one unit and one input; this instance's constant is 0")
      }
      var elements: [Double] = []
      for entry in m.elements {
        guard let double = entry.exactDouble else {
          throw InputError(
            "the entry \(entry) of \(label) is no double",
            remedy: "write the instance as .json, which holds fractions, or scale its data to integers")
        }
        elements.append(double)
      }
      return Matrix(rows: m.rows, columns: m.columns, elements: elements)
    }
    return try MultilayerPerceptron(
      name: name,
      layers: [AffineLayer(weights: try matrix(inner, "M1")), AffineLayer(weights: try matrix(outer, "M2"))],
      activations: [.relu])
  }
}

extension MultilayerPerceptron {
  /// This network as LIP-CST, where it is one: two layers of ReLU. Biases are left out: over all of Rⁿ they do not
  /// change the constant of a network whose best pattern is attained without them (`LipCST.isAttained`), for far from the
  /// origin they do not matter.
  public var lipCST: LipCST? {
    guard layers.count == 2, activations == [.relu], passing.allSatisfy(\.isEmpty) else { return nil }
    func rational(_ m: Matrix) -> RationalMatrix {
      RationalMatrix(rows: m.rows, columns: m.columns, elements: m.elements.map { Rational($0) })
    }
    return LipCST(inner: rational(layers[0].weights), outer: rational(layers[1].weights))
  }
}
