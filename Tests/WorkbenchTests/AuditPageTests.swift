import Bounds
import Foundation
import LinearAlgebra
import Networks
import PatternSearch
import RandomNumbers
import TestSupport
import Testing
import Workbench

@Suite struct AuditPageTests {
  private static func network(
    _ sizes: [Int], seed: UInt64, scale: Double = 1, name: String = "small"
  ) throws -> MultilayerPerceptron {
    var random = SplitMix64(seed: seed)
    let layers = zip(sizes, sizes.dropFirst()).map { inputs, outputs in
      AffineLayer(
        weights: Matrix(rows: outputs, columns: inputs) { _, _ in scale * random.gaussian() },
        bias: (0..<outputs).map { _ in scale * 0.5 * random.gaussian() })
    }
    return try MultilayerPerceptron(
      name: name, layers: layers, activations: layers.dropLast().map { _ in .relu })
  }

  private static let box = Domain.box(lower: [-1, -2], upper: [2, 1])

  /// J at a point, layer by layer.
  private static func jacobian(_ network: MultilayerPerceptron, _ x: [Double]) -> Matrix {
    var value = x
    var jacobian = Matrix.identity(2)
    for (index, layer) in network.layers.enumerated() {
      value = zip(layer.weights * value, layer.bias).map { $0 + $1 }
      jacobian = layer.weights * jacobian
      if index < network.activations.count {
        jacobian = jacobian.scalingRows(by: value.map { $0 > 0 ? 1 : 0 })
        value = value.map { max(0, $0) }
      }
    }
    return jacobian
  }

  @Test(arguments: [[2, 8, 8, 1], [2, 6, 3]], Array(1...6) as [UInt64])
  func piecesCoverTheWindow(sizes: [Int], seed: UInt64) throws {
    let network = try Self.network(sizes, seed: seed)
    for norm in OperatorNorm.all {
      let exact = try ExactConstant(BoundQuestion(network, domain: Self.box, norm: norm))
      let map = try #require(CellMap(exact))
      #expect(abs(map.pieces.reduce(0) { $0 + $1.area } - 9) < 1e-9)
      for piece in map.pieces where piece.area > 1e-9 {
        let centre = piece.vertices.reduce(SIMD2(0, 0), +) / Double(piece.vertices.count)
        let j = Self.jacobian(network, [centre.x, centre.y])
        let expected = operatorNorm((0..<j.rows).map { Array(j.row($0)) }, norm)
        #expect(abs(piece.norm - expected) <= 1e-9 * (1 + expected))
      }
      let upper = exact.result.enclosure.upper
      #expect(map.most <= upper * (1 + 1e-9) && map.most >= upper * (1 - 1e-9))
      #expect(map.isInside(try #require(map.maximizer)))
    }
  }

  @Test func pageStandsAlone() throws {
    let network = try Self.network([2, 8, 8, 1], seed: 3, name: "a<b & \"c\"")
    let page = try Audit(BoundQuestion(network, domain: Self.box)).html(version: "test")
    #expect(!page.contains("http") && !page.contains("<script"))
    #expect(page.contains("a&lt;b &amp; &quot;c&quot;") && !page.contains("a<b"))
    #expect(page.contains("<circle") && page.contains("Factors by layer"))
  }

  @Test func constantsAndOtherWindows() throws {
    let zero = try Self.network([2, 3, 1], seed: 1, scale: 0)
    let page = try Audit(BoundQuestion(zero)).html(version: "test")
    #expect(page.contains("1 linear piece in the window") && !page.contains("nan"))
    let network = try Self.network([2, 4, 1], seed: 2)
    let fixed = Domain.box(lower: [0, 1], upper: [1, 1])
    #expect(try Audit(BoundQuestion(network, domain: fixed)).html(version: "test").contains("No map"))
    var boxed = network
    boxed.inputBox = InputBox(lower: [1e6, 1e6], upper: [1e6 + 1, 1e6 + 1])
    let far = try #require(CellMap(try ExactConstant(BoundQuestion(boxed))))
    #expect(far.lower == SIMD2(1e6, 1e6))
    let deep = try Self.network([3, 4, 1], seed: 2)
    #expect(try !Audit(BoundQuestion(deep)).html(version: "test").contains("Norm of the Jacobian"))
  }
}
