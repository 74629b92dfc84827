/// Small data sets that the program carries, each feature scaled to [0,1] over all rows.
public enum EmbeddedDataSet: String, CaseIterable, Sendable {
  /// 150 flowers, 4 features, 3 classes.
  case iris
  /// 178 wines, 13 features, 3 classes.
  case wine
  /// 1797 pictures of 1 × 8 × 8, 10 classes.
  case digits

  public var data: DataSet {
    let text =
      switch self {
      case .iris: irisText
      case .wine: wineText
      case .digits: digitsText
      }
    var inputs: [Double] = []
    var classes: [Int] = []
    for line in text.split(separator: "\n") {
      let words = line.split(separator: " ")
      classes.append(Int(words[0]) ?? -1)
      inputs +=
        self == .digits
        ? words[1].utf8.map { Double($0 - UInt8(ascii: "a")) } : words.dropFirst().map { Double($0) ?? .nan }
    }
    let shape = self == .digits ? [1, 8, 8] : [inputs.count / classes.count]
    let count = (classes.max() ?? -1) + 1
    return DataSet(
      name: rawValue, sampleShape: shape, inputs: inputs, targets: .classes(classes, count: count)
    ).scaledToUnitBox()
  }
}
