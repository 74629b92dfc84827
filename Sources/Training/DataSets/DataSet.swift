public import Networks
import RandomNumbers
import TreeSearch

/// Samples with what a network should answer.
public struct DataSet: Sendable {
  public enum Targets: Sendable, Equatable {
    /// samples × outputs: regression.
    case values([Double], outputs: Int)
    /// A class from 0 for each sample.
    case classes([Int], count: Int)

    /// Outputs of a network for them.
    public var outputs: Int {
      switch self {
      case .values(_, let outputs): outputs
      case .classes(_, let count): count
      }
    }
  }

  public let name: String
  /// One number of features, or channels × height × width.
  public let sampleShape: [Int]
  /// samples × features.
  public let inputs: [Double]
  public let targets: Targets
  /// What the features usually lie between.
  public let box: InputBox
  /// What classes are called, where they have names, in the order of their numbers.
  public private(set) var classNames: [String]?

  /// - Parameter box: by default the smallest that holds all samples.
  public init(name: String, sampleShape: [Int], inputs: [Double], targets: Targets, box: InputBox? = nil) {
    let size = sampleShape.reduce(1, *)
    let count = inputs.count / size
    switch targets {
    case .values(let values, let outputs):
      precondition(inputs.count == count * size && values.count == count * outputs)
    case .classes(let classes, let number):
      precondition(inputs.count == count * size && classes.count == count)
      precondition(classes.allSatisfy((0..<number).contains))
    }
    self.name = name
    self.sampleShape = sampleShape
    self.inputs = inputs
    self.targets = targets
    self.box = box ?? Self.box(inputs, size)
  }

  public var count: Int { inputs.count / features }
  public var features: Int { sampleShape.reduce(1, *) }

  private static func box(_ inputs: [Double], _ size: Int) -> InputBox {
    var lower = [Double](repeating: .infinity, count: size)
    var upper = [Double](repeating: -.infinity, count: size)
    for (index, value) in inputs.enumerated() {
      lower[index % size] = min(lower[index % size], value)
      upper[index % size] = max(upper[index % size], value)
    }
    return InputBox(lower: lower, upper: upper)
  }

  /// Of all samples and answers: differs where they do, but for accidents.
  var fingerprint: String {
    var print = Fingerprint()
    for value in inputs { print.combine(value.bitPattern) }
    switch targets {
    case .values(let values, _): for value in values { print.combine(value.bitPattern) }
    case .classes(let classes, _): for value in classes { print.combine(value) }
    }
    return print.text
  }

  /// A header `x1,…,label`, then a line a sample; of several values, columns `y1,…`.
  public var csv: String {
    let names: [String] =
      switch targets {
      case .values(_, let outputs) where outputs > 1: (1...outputs).map { "y\($0)" }
      default: ["label"]
      }
    var text = ((1...max(1, features)).map { "x\($0)" } + names).joined(separator: ",") + "\n"
    for sample in 0..<count {
      let answers: [String] =
        switch targets {
        case .values(let values, let outputs):
          values[sample * outputs..<(sample + 1) * outputs].map { "\($0)" }
        case .classes(let classes, _): ["\(classes[sample])"]
        }
      let cells = inputs[sample * features..<(sample + 1) * features].map { "\($0)" } + answers
      text += cells.joined(separator: ",") + "\n"
    }
    return text
  }

  /// The samples with these numbers, in this order.
  public func selecting(_ samples: some Collection<Int>) -> DataSet {
    var chosen: [Double] = []
    chosen.reserveCapacity(samples.count * features)
    for sample in samples { chosen += inputs[sample * features..<(sample + 1) * features] }
    let answers: Targets =
      switch targets {
      case .values(let values, let outputs):
        .values(samples.flatMap { values[$0 * outputs..<($0 + 1) * outputs] }, outputs: outputs)
      case .classes(let classes, let count): .classes(samples.map { classes[$0] }, count: count)
      }
    var part = DataSet(name: name, sampleShape: sampleShape, inputs: chosen, targets: answers, box: box)
    part.classNames = classNames
    return part
  }

  /// At most `count` samples, chosen at random; in their order.
  public func sampled(_ count: Int, seed: UInt64) -> DataSet {
    guard count < self.count else { return self }
    var random = SplitMix64(seed: seed, stream: Stream.sample)
    return selecting(Array(0..<self.count).shuffled(using: &random).prefix(count).sorted())
  }

  /// The samples in a random order, the last `fraction` of them apart; of classes, that share of each.
  public func split(holdingOut fraction: Double, seed: UInt64) -> (train: DataSet, test: DataSet) {
    var random = SplitMix64(seed: seed, stream: Stream.split)
    let order = Array(0..<count).shuffled(using: &random)
    let groups: [[Int]] =
      switch targets {
      case .values: [order]
      case .classes(let classes, let number): (0..<number).map { k in order.filter { classes[$0] == k } }
      }
    var (train, test) = ([Int](), [Int]())
    for group in groups {
      // One sample at least is trained on.
      let kept = max(min(1, group.count), group.count - Int((Double(group.count) * fraction).rounded()))
      train += group[..<kept]
      test += group[kept...]
    }
    return (selecting(train.sorted()), selecting(test.sorted()))
  }

  /// Each feature moved and stretched to [0,1]; one that never varies becomes 0.
  public func scaledToUnitBox() -> DataSet {
    let own = Self.box(inputs, features)
    let scaled = inputs.enumerated().map { index, value in
      let (low, high) = (own.lower[index % features], own.upper[index % features])
      return high > low ? (value - low) / (high - low) : 0
    }
    let box = InputBox(
      lower: [Double](repeating: 0, count: features), upper: [Double](repeating: 1, count: features))
    return DataSet(name: name, sampleShape: sampleShape, inputs: scaled, targets: targets, box: box)
  }

  /// Points with labels as a file has them: whole numbers from 0, or names, are classes; other numbers are values.
  ///
  /// - Parameter isRegression: whether whole numbers are values, too.
  /// - Throws: `InputError` where no label can be learnt from.
  public init(
    name: String, points: [[Double]], labels: [String], isRegression: Bool = false
  ) throws(InputError) {
    precondition(points.count == labels.count && !points.isEmpty)
    let numbers = labels.map { Double($0) }
    let values = numbers.compactMap { $0 }
    let targets: Targets
    var classNames: [String]?
    if isRegression
      || values.count == labels.count && values.contains(where: { $0 != $0.rounded() || $0 < 0 })
    {
      guard values.count == labels.count, values.allSatisfy(\.isFinite) else {
        throw InputError(
          file: name, "has labels that are no numbers", remedy: "give numbers to learn, or drop --regression")
      }
      targets = .values(values, outputs: 1)
    } else if values.count == labels.count, let largest = values.max(), largest < 10_000 {
      targets = .classes(values.map { Int($0) }, count: Int(largest) + 1)
    } else {
      let names = Array(Set(labels)).sorted()
      let numbers = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, $0) })
      targets = .classes(labels.map { numbers[$0] ?? 0 }, count: names.count)
      classNames = names
    }
    if case .classes(_, 1) = targets {
      throw InputError(file: name, "has one class only", remedy: "give at least two classes")
    }
    self.init(
      name: name, sampleShape: [points[0].count], inputs: points.flatMap(\.self), targets: targets)
    self.classNames = classNames
  }
}
