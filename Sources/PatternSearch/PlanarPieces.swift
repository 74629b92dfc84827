import LinearAlgebra

/// A polygon on which a two-input network is affine.
package struct PlanarPiece: Sendable {
  /// Counterclockwise.
  package let vertices: [SIMD2<Double>]
  /// ‖J‖ on it, as computed.
  package let norm: Double

  package var area: Double {
    var twice = 0.0
    let origin = vertices[0]
    for (a, b) in zip(vertices.dropFirst(), vertices.dropFirst(2)) {
      let (p, q) = (a - origin, b - origin)
      twice += p.x * q.y - p.y * q.x
    }
    return twice / 2
  }
}

extension PatternProblem {
  /// The linear pieces of a network of two inputs within a box, for pictures: in plain double precision, nothing is proved.
  ///
  /// - Returns: nil where there are more than `limit`, or where a norm cannot be computed.
  package func planarPieces(
    lower: SIMD2<Double>, upper: SIMD2<Double>, limit: Int
  ) throws -> [PlanarPiece]? {
    precondition(freeInputs.count == 2)
    struct Open {
      var polygon: [SIMD2<Double>]
      var layer: Int
      /// Of the layer's pre-activations: gradient and constant.
      var forms: Matrix
      var unit: Int
      var isOn: [Bool]
    }
    /// The pre-activations of a layer, or J in the first two columns, where the layer before has these outputs.
    func next(_ layer: Int, _ outputs: Matrix) -> Matrix {
      var forms = chain[layer] * outputs
      if layer < biases.count { for i in 0..<forms.rows { forms[i, 2] += biases[layer][i] } }
      return forms
    }
    let identity = Matrix([[1, 0, 0], [0, 1, 0]])
    let corners = [lower, SIMD2(upper.x, lower.y), upper, SIMD2(lower.x, upper.y)]
    var stack = [Open(polygon: corners, layer: 0, forms: next(0, identity), unit: 0, isOn: [])]
    var pieces: [PlanarPiece] = []
    while var open = stack.popLast() {
      var isOutside = false
      while open.layer < hiddenLayers, !isOutside {
        let base = unitRange(open.layer).lowerBound
        while open.unit < open.forms.rows, !isOutside {
          let unit = open.unit
          open.unit += 1
          if slopes[base + unit].isLinear {
            open.isOn.append(true)
            continue
          }
          let (a, b, c) = (open.forms[unit, 0], open.forms[unit, 1], open.forms[unit, 2])
          let values = open.polygon.map { a * $0.x + b * $0.y + c }
          let size = open.polygon.reduce(abs(c)) { max($0, abs(a * $1.x) + abs(b * $1.y)) }
          let margin = 0x1p-42 * size
          let isConstraint = constraintUnits.contains(base + unit)
          let on = values.contains { $0 > margin }
          if on, values.contains(where: { $0 < -margin }) {
            if !isConstraint {
              var other = open
              other.polygon = Self.clip(open.polygon, values.map { -$0 })
              other.isOn.append(false)
              stack.append(other)
            }
            open.polygon = Self.clip(open.polygon, values)
          } else if isConstraint, !on {
            isOutside = true
          }
          open.isOn.append(on)
        }
        if isOutside { break }
        let outputs = Matrix(rows: open.forms.rows, columns: 3) { i, j in
          let slopes = slopes[base + i]
          return (open.isOn[i] ? slopes.on : slopes.off) * open.forms[i, j]
        }
        open.layer += 1
        open.forms = next(open.layer, outputs)
        open.unit = 0
        open.isOn = []
      }
      if isOutside { continue }
      guard pieces.count < limit else { return nil }
      let norm = try norm.value(open.forms.selecting(columns: [0, 1]))
      pieces.append(PlanarPiece(vertices: open.polygon, norm: norm))
    }
    return pieces
  }

  /// The part of a polygon where a form is not negative, from its values at the vertices.
  private static func clip(_ polygon: [SIMD2<Double>], _ values: [Double]) -> [SIMD2<Double>] {
    var result: [SIMD2<Double>] = []
    for i in polygon.indices {
      let j = i + 1 == polygon.count ? 0 : i + 1
      if values[i] >= 0 { result.append(polygon[i]) }
      if (values[i] > 0 && values[j] < 0) || (values[i] < 0 && values[j] > 0) {
        let share = values[i] / (values[i] - values[j])
        result.append(polygon[i] + share * (polygon[j] - polygon[i]))
      }
    }
    return result
  }
}
