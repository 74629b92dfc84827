import Foundation
import Networks
import RandomNumbers
import Testing
import Training

@Suite("Data sets")
struct DataSetTests {
  @Test("The embedded sets have their published sizes and classes")
  func embedded() {
    let expected: [(EmbeddedDataSet, [Int], [Int])] = [
      (.iris, [4], [50, 50, 50]), (.wine, [13], [59, 71, 48]),
      (.digits, [1, 8, 8], [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]),
    ]
    for (set, shape, counts) in expected {
      let data = set.data
      #expect(data.sampleShape == shape)
      guard case .classes(let classes, let number) = data.targets else {
        Issue.record("classes")
        continue
      }
      #expect(number == counts.count)
      #expect((0..<number).map { k in classes.count { $0 == k } } == counts)
      #expect(data.inputs.allSatisfy { (0...1).contains($0) })
      #expect(data.inputs.contains(1) && data.inputs.contains(0))
    }
  }

  @Test("A split keeps every sample once, and of classes their shares")
  func split() {
    let data = EmbeddedDataSet.iris.data
    let (train, test) = data.split(holdingOut: 0.2, seed: 5)
    #expect(train.count == 120 && test.count == 30)
    guard case .classes(let classes, _) = test.targets else {
      Issue.record("classes")
      return
    }
    #expect((0..<3).map { k in classes.count { $0 == k } } == [10, 10, 10])
    func rows(_ data: DataSet) -> [[Double]] {
      (0..<data.count).map { Array(data.inputs[4 * $0..<4 * $0 + 4]) }
    }
    #expect(
      (rows(train) + rows(test)).sorted { $0.lexicographicallyPrecedes($1) }
        == rows(data).sorted { $0.lexicographicallyPrecedes($1) })
    #expect(data.split(holdingOut: 0, seed: 5).test.count == 0)
  }

  @Test("Labels are classes, named classes or values")
  func labels() throws {
    let points: [[Double]] = [[0], [1], [2]]
    #expect(
      try DataSet(name: "f", points: points, labels: ["0", "2", "1"]).targets
        == .classes([0, 2, 1], count: 3))
    #expect(
      try DataSet(name: "f", points: points, labels: ["b", "a", "b"]).targets
        == .classes([1, 0, 1], count: 2))
    #expect(
      try DataSet(name: "f", points: points, labels: ["b", "a", "b"]).selecting([0]).classNames == ["a", "b"])
    #expect(
      try DataSet(name: "f", points: points, labels: ["0.5", "2", "-1"]).targets
        == .values([0.5, 2, -1], outputs: 1))
    #expect(
      try DataSet(name: "f", points: points, labels: ["0", "2", "1"], isRegression: true).targets
        == .values([0, 2, 1], outputs: 1))
    #expect(throws: InputError.self) { try DataSet(name: "f", points: points, labels: ["0", "0", "0"]) }
    #expect(throws: InputError.self) {
      try DataSet(name: "f", points: points, labels: ["a", "0", "1"], isRegression: true)
    }
  }

  @Test("The Gaussian process has the kernel's variances and covariances")
  func gaussianProcess() {
    var products = [Double](repeating: 0, count: 3)
    let count = 3000
    for seed in 0..<count {
      let surface = GaussianProcess(features: 40, seed: UInt64(seed))
      let here = surface([0.3, -0.2])
      products[0] += here * here
      products[1] += here * surface([1.3, -0.2])
      products[2] += here * surface([0.3, 1.8])
    }
    let expected: [Double] = [1, exp(-0.5 as Double), exp(-2 as Double)]
    for (product, value) in zip(products, expected) {
      #expect(abs(product / Double(count) - value) < 5 * (2 / Double(count)).squareRoot())
    }
    let data = GaussianProcess(seed: 1).samples(count: 500, radius: 2, seed: 4)
    #expect(data.inputs.allSatisfy { abs($0) <= 2 } && data.count == 500)
    #expect(data.box == InputBox(lower: [-2, -2], upper: [2, 2]))
  }

  @Test("A split keeps a sample of each class to train on, whatever is held out")
  func extremeSplit() throws {
    let data = try DataSet(name: "two", points: [[0], [1]], labels: ["0", "1"])
    #expect(data.split(holdingOut: 0.9, seed: 1).train.count == 2)
  }

  @Test("Streams of one seed, and of seeds an increment apart, share no numbers")
  func streams() {
    var all: [UInt64] = []
    for seed in [0, 1, 0x9E37_79B9_7F4A_7C15] as [UInt64] {
      for stream in [0, 1, 2, 1 << 32, 1 << 32 + 1] as [UInt64] {
        var random = SplitMix64(seed: seed, stream: stream)
        for _ in 0..<1000 { all.append(random.next()) }
      }
    }
    #expect(Set(all).count == all.count)
  }

  // MARK: IDX files

  private static func idx(_ shape: [Int], _ bytes: [UInt8], type: UInt8 = 8) -> Data {
    Data(
      [0, 0, type, UInt8(shape.count)] + shape.flatMap { [0, 0, UInt8($0 >> 8), UInt8($0 & 255)] } + bytes)
  }

  private static func inFolder(_ files: [String: Data], _ body: (String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "\(UUID())").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    for (name, data) in files { try data.write(to: URL(fileURLWithPath: "\(folder)/\(name)")) }
    try body(folder)
  }

  /// gzip of `idx([2, 1, 2], [0, 51, 102, 255])`.
  private static let compressed = Data(
    base64Encoded: "H4sIAAAAAAACA2Ng4GBmYGBgAmJGMG2c9h8ACORxfhQAAAA=")!

  @Test("Pictures and classes are read, compressed or not")
  func pictures() throws {
    let images = Self.idx([2, 1, 2], [0, 51, 102, 255])
    let labels = Self.idx([2], [3, 1])
    let test = ["t10k-images-idx3-ubyte": images, "t10k-labels-idx1-ubyte": Self.idx([2], [0, 4])]
    for file in [("train-images-idx3-ubyte", images), ("train-images.idx3-ubyte.gz", Self.compressed)] {
      let files = test.merging([file.0: file.1, "train-labels-idx1-ubyte": labels]) { $1 }
      try Self.inFolder(files) { folder in
        let (train, test) = try IDXDataSet.read(folder: folder)
        #expect(train.sampleShape == [1, 1, 2])
        #expect(train.inputs == [0, 0.2, 0.4, 1])
        // One number of classes, whichever file has the last one.
        #expect(train.targets == .classes([3, 1], count: 5))
        #expect(test.targets == .classes([0, 4], count: 5))
        #expect(try IDXDataSet.read(folder: folder, limit: 1).train.count == 1)
      }
    }
  }

  @Test("Pictures of two sizes, one class, or a missing file are refused")
  func unfit() throws {
    let images = Self.idx([2, 1, 2], [0, 51, 102, 255])
    let labels = Self.idx([2], [3, 1])
    let good = [
      "train-images-idx3-ubyte": images, "train-labels-idx1-ubyte": labels, "t10k-images-idx3-ubyte": images,
      "t10k-labels-idx1-ubyte": labels,
    ]
    let changes: [(name: String, data: Data?, message: String)] = [
      ("t10k-images-idx3-ubyte", Self.idx([2, 2, 2], [0, 0, 0, 0, 1, 1, 1, 1]), "one size of pictures"),
      ("train-labels-idx1-ubyte", Self.idx([3], [0, 1, 2]), "give one label a picture"),
      ("train-images-idx3-ubyte", Self.idx([2, 2], [0, 0, 0, 0]), "give pictures × height × width"),
      ("t10k-labels-idx1-ubyte", nil, "no such file"),
    ]
    for (name, data, message) in changes {
      var files = good
      files[name] = data
      try Self.inFolder(files) { folder in
        #expect("\(message)") { try IDXDataSet.read(folder: folder) } throws: { "\($0)".contains(message) }
      }
    }
    let zeros = good.mapValues { $0 == labels ? Self.idx([2], [0, 0]) : $0 }
    try Self.inFolder(zeros) { folder in
      #expect { try IDXDataSet.read(folder: folder) } throws: { "\($0)".contains("one class only") }
    }
  }

  @Test("Damaged files are refused with one line")
  func damaged() throws {
    let good = Self.idx([2, 1, 2], [0, 51, 102, 255])
    let wrong: [(Data, String)] = [
      (Data(), "is no IDX file"), (Data([0, 0, 8]), "is no IDX file"), (Data("PK..".utf8), "is no IDX file"),
      (good.dropLast(), "bytes for the shape"), (good + [0], "bytes for the shape"),
      (Self.idx([1], [0], type: 13), "of type 13"), (Data([0, 0, 8, 3, 0]), "ends within its header"),
      (Data([0, 0, 8, 0]), "ends within its header"),
      (Data([0, 0, 8, 3] + [UInt8](repeating: 255, count: 12)), "bytes for the shape"),
      (Self.compressed.dropLast(9), "ends within its compressed data"),
    ]
    for (data, message) in wrong {
      try Self.inFolder(["a.gz": data]) { folder in
        #expect("\(message)") { try IDXFile("\(folder)/a.gz") } throws: {
          $0 is InputError && "\($0)".contains(message)
        }
      }
    }
    #expect(throws: MissingFile.self) { try IDXFile("/nowhere/a.gz") }
  }
}
