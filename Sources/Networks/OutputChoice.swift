import LinearAlgebra

/// One output of a network, or the difference of two, as robustness margins need; counted from 0.
public struct OutputChoice: Sendable, Hashable {
  public let output: Int
  public let minus: Int?

  public init(output: Int, minus: Int? = nil) {
    self.output = output
    self.minus = minus
  }

  /// `i` or `i-j`; nil for other words.
  public init?(_ text: String) {
    let words = text.split(separator: "-", omittingEmptySubsequences: false)
    let numbers = words.compactMap { $0.allSatisfy(\.isNumber) ? Int($0) : nil }
    guard numbers.count == words.count, (1...2).contains(numbers.count) else { return nil }
    self.init(output: numbers[0], minus: numbers.count == 2 ? numbers[1] : nil)
  }

  public var name: String { minus.map { "\(output)-\($0)" } ?? "\(output)" }
}

extension MultilayerPerceptron {
  /// The network with one output, or the difference of two, in place of all of them, exactly: where doubles do not hold the
  /// difference of the weights a layer of two passing units is added.
  ///
  /// - Throws: `InputError` where there is no such output.
  public func choosing(_ choice: OutputChoice) throws(InputError) -> MultilayerPerceptron {
    let rows = [choice.output] + (choice.minus.map { [$0] } ?? [])
    guard rows.allSatisfy((0..<outputs).contains), choice.output != choice.minus else {
      throw InputError(
        place: "--output \(choice.name)", "the network has \(outputs) outputs",
        remedy: "name one from 0 to \(outputs - 1), or two different ones as i-j")
    }
    let last = layers[layers.count - 1]
    var chosen = AffineLayer(weights: last.weights.selecting(rows: rows), bias: rows.map { last.bias[$0] })
    var layers = Array(layers.dropLast())
    var activations = activations
    var passing = passing
    if rows.count == 2 {
      var rounding = FormatRounding()
      func difference(_ a: Double, _ b: Double) -> Double { rounding.add(a, -b) }
      let weights = Matrix(rows: 1, columns: chosen.weights.columns) {
        difference(chosen.weights[0, $1], chosen.weights[1, $1])
      }
      let bias = difference(chosen.bias[0], chosen.bias[1])
      if rounding.hasRounded {
        layers.append(chosen)
        activations.append(.relu)
        passing.append([0, 1])
        chosen = AffineLayer(weights: Matrix([[1, -1]]))
      } else {
        chosen = AffineLayer(weights: weights, bias: [bias])
      }
    }
    return try MultilayerPerceptron(
      name: name, layers: layers + [chosen], activations: activations, passing: passing, inputBox: inputBox,
      notes: notes)
  }
}
