import Foundation

/// What is minimised, as a mean over samples.
public enum Loss: String, Sendable, CaseIterable {
  /// Σ (f - y)² / outputs.
  case meanSquaredError = "mse"
  /// -log softmax(f)_class.
  case crossEntropy = "cross-entropy"

  /// The one that suits the targets.
  public init(_ targets: DataSet.Targets) {
    switch targets {
    case .values: self = .meanSquaredError
    case .classes: self = .crossEntropy
    }
  }

  /// The sum over these samples, and its gradient by the network's outputs.
  ///
  /// - Parameters:
  ///   - outputs: samples × outputs.
  ///   - targets: of the same samples; classes for the cross entropy, and for the squared error, too, as unit vectors.
  public func sum(_ outputs: [Double], _ targets: DataSet.Targets) -> (value: Double, gradient: [Double]) {
    let width = targets.outputs
    var total = 0.0
    var gradient = [Double](repeating: 0, count: outputs.count)
    func target(_ index: Int) -> Double {
      switch targets {
      case .values(let values, _): values[index]
      case .classes(let classes, _): classes[index / width] == index % width ? 1 : 0
      }
    }
    switch self {
    case .meanSquaredError:
      for index in outputs.indices {
        let error = outputs[index] - target(index)
        total += error * error / Double(width)
        gradient[index] = 2 * error / Double(width)
      }
    case .crossEntropy:
      for start in stride(from: 0, to: outputs.count, by: width) {
        let scores = outputs[start..<start + width]
        let largest = scores.max() ?? 0
        let sum = scores.reduce(0) { $0 + exp($1 - largest) }
        for index in scores.indices {
          let share = exp(scores[index] - largest) / sum
          gradient[index] = share - target(index)
          if target(index) == 1 { total -= scores[index] - largest - log(sum) }
        }
      }
    }
    return (total, gradient)
  }

  /// The share of samples whose largest output is their class; nil for values.
  public static func accuracy(_ outputs: [Double], _ targets: DataSet.Targets) -> Double? {
    guard case .classes(let classes, let width) = targets, !classes.isEmpty else { return nil }
    let right = classes.indices.count { sample in
      let scores = outputs[sample * width..<(sample + 1) * width]
      return scores.indices.max { scores[$0] < scores[$1] } == sample * width + classes[sample]
    }
    return Double(right) / Double(classes.count)
  }
}
