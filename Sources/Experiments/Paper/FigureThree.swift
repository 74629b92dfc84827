import Bounds
import ExactArithmetic
import LinearAlgebra
public import Networks
import PatternSearch
public import Pictures
import Training
import Workbench

/// Figure 3: the surface of Figure 4's data and what a network made of it; and, which the paper does not show, the size of the network's
/// gradient, whose largest is the Lipschitz constant.
///
/// - Reference: Scaman & Virmaux 2018, section 7.
public struct FigureThree: Sendable {
  private let network: MultilayerPerceptron
  private let seed: UInt64
  private let axis: [Double]
  private let surface: [[Double]]
  private let answers: [[Double]]
  private let gradients: [[Double]]
  /// The largest slope of the surface between neighbouring pixels: an estimate of its Lipschitz constant.
  private let steepest: Double
  private let exact: ExactConstant

  /// Whether the search for the constant was stopped.
  public var isStopped: Bool { !exact.result.isOptimal }

  /// - Parameters:
  ///   - network: of two inputs and one output.
  ///   - pixels: on each side of the pictures.
  public init(_ settings: FigureFour.Settings, network: MultilayerPerceptron, pixels: Int = 200) throws {
    self.network = network
    seed = settings.seed
    let process = settings.surface
    let box = settings.data.box
    let (low, high) = (box.lower[0], box.upper[0])
    let step = (high - low) / Double(pixels)
    let axis = (0..<pixels).map { low + step * (Double($0) + 0.5) }
    self.axis = axis
    let question = try BoundQuestion(
      network, domain: .box(lower: box.lower, upper: box.upper), settings: settings.search())
    let problem = question.attainableProblem
    let rows = Parallel.map(count: pixels) { row in
      axis.map { x in
        let point = [x, axis[row]]
        return (process(point), network(point)[0], problem.normEstimate(at: point))
      }
    }
    surface = rows.map { $0.map(\.0) }
    answers = rows.map { $0.map(\.1) }
    gradients = rows.map { $0.map(\.2) }
    var steepest = 0.0
    for row in 0..<pixels - 1 {
      for column in 0..<pixels - 1 {
        let here = surface[row][column]
        let (right, up) = (surface[row][column + 1] - here, surface[row + 1][column] - here)
        steepest = max(steepest, (right * right + up * up).squareRoot() / step)
      }
    }
    self.steepest = steepest
    exact = try ExactConstant(question)
  }

  public var table: ExperimentTable {
    var table = ExperimentTable(
      title: "Figure 3: a Gaussian process over [-3,3]², seed \(seed), and a network of "
        + "\(network.layers.count) layers that learnt it",
      columns: [
        .init("pixels", "on each side of the pictures"),
        .init("rms error", "of the network at the pixels"),
        .init("surface", "largest slope of the surface between neighbouring pixels (estimate)"),
        .init("pixel", "largest gradient of the network at a pixel (floating-point)"),
        .init("exact on square", "L of the network over the square, lower end (proved)"),
        .init("exact on square at most", "its upper end (floating-point bound)"),
      ])
    let squares = zip(surface, answers).flatMap { zip($0, $1).map { ($0 - $1) * ($0 - $1) } }
    let error = (squares.reduce(0, +) / Double(squares.count)).squareRoot()
    let enclosure = exact.result.enclosure
    table.append([
      .integer(axis.count), .nearest(error), .nearest(steepest),
      .nearest(gradients.flatMap(\.self).max() ?? 0), .number(enclosure.lower, .down),
      .number(enclosure.upper, .up),
    ])
    if isStopped { table.notes = ["The exact constant was stopped; what it says holds."] }
    return table
  }

  /// By name: the surface, the network, its gradient.
  public var pictures: [(name: String, picture: any Picture)] {
    func map(_ title: String, _ label: String, _ values: [[Double]]) -> HeatMap {
      HeatMap(
        title: title, xLabel: "x₁", yLabel: "x₂", valueLabel: label, x: axis, y: axis, values: values)
    }
    return [
      ("figure3-surface", map("A Gaussian process", "f", surface)),
      ("figure3-network", map("A network of \(network.layers.count) layers", "f", answers)),
      ("figure3-gradient", map("The size of its gradient", "‖∇f‖", gradients)),
    ]
  }
}
