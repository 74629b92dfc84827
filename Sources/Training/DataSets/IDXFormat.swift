import CZlib
import Foundation
import Networks

/// The files of MNIST and its likes: bytes in an array of a shape, big-endian, gzip-compressed or not.
///
/// - Reference: LeCun, Cortes & Burges, the MNIST database; Xiao et al. 2017, Fashion-MNIST.
public struct IDXFile: Sendable, Equatable {
  public let shape: [Int]
  public let bytes: [UInt8]

  /// - Throws: `MissingFile`, or `InputError` where it is no IDX file of bytes.
  public init(_ path: String) throws {
    let content = try Self.decompressed(path)
    func word(_ index: Int) -> Int { content[4 * index..<4 * index + 4].reduce(0) { $0 << 8 | Int($1) } }
    guard content.count >= 4, content[0] == 0, content[1] == 0 else {
      throw InputError(file: path, "is no IDX file", remedy: "give a file of MNIST or in its format")
    }
    guard content[2] == 8 else {
      throw InputError(
        file: path, "holds numbers of type \(content[2])", remedy: "give one of unsigned bytes, type 8")
    }
    let axes = Int(content[3])
    guard axes > 0, content.count >= 4 + 4 * axes else {
      throw InputError(file: path, "ends within its header", remedy: "fetch it again")
    }
    shape = (1...axes).map(word)
    let expected = shape.reduce((1, false)) { product, size in
      let (value, overflow) = product.0.multipliedReportingOverflow(by: size)
      return (value, product.1 || overflow)
    }
    guard !expected.1, content.count == 4 + 4 * axes + expected.0 else {
      throw InputError(
        file: path, "has \(content.count - 4 - 4 * axes) bytes for the shape \(shape)",
        remedy: "fetch it again")
    }
    bytes = Array(content[(4 + 4 * axes)...])
  }

  private static func decompressed(_ path: String) throws -> [UInt8] {
    // For its errors: no such file, a folder, unreadable.
    _ = try InputFile.contents(path)
    guard let file = gzopen(path, "rb") else {
      throw InputError(file: path, "cannot be read", remedy: "check that the file may be read")
    }
    defer { gzclose(file) }
    var content: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 20)
    while true {
      let count = gzread(file, &buffer, UInt32(buffer.count))
      guard count >= 0, content.count <= InputFile.sizeLimit else {
        throw InputError(file: path, "is damaged or too large", remedy: "fetch it again")
      }
      if count == 0 { break }
      content += buffer[..<Int(count)]
    }
    // A file cut short ends like a whole one.
    guard gzdirect(file) != 0 || isWhole(file) else {
      throw InputError(file: path, "ends within its compressed data", remedy: "fetch it again")
    }
    return content
  }

  private static func isWhole(_ file: gzFile) -> Bool {
    var code: Int32 = 0
    _ = gzerror(file, &code)
    return code == Z_OK || code == Z_STREAM_END
  }
}

/// Pictures and classes in the four files of MNIST.
public enum IDXDataSet {
  /// Where Debian's package `dataset-fashion-mnist` puts its files.
  public static let fashionFolder = "/usr/share/datasets/fashion-mnist"

  /// The pictures to train on and those to test on, as 1 × height × width of numbers from 0 to 1.
  ///
  /// - Parameter limit: of pictures of either kind; the first ones.
  /// - Throws: `InputError` or `MissingFile`.
  public static func read(folder: String, limit: Int = .max) throws -> (train: DataSet, test: DataSet) {
    let name = URL(fileURLWithPath: folder).lastPathComponent
    let (train, test) = (try part(folder, "train", limit), try part(folder, "t10k", limit))
    guard train.shape == test.shape else {
      throw InputError(
        file: folder, "has pictures of \(train.shape) to train on and of \(test.shape) to test on",
        remedy: "give four files of one size of pictures")
    }
    let classes = max(train.classes.max() ?? 0, test.classes.max() ?? 0) + 1
    guard classes > 1 else {
      throw InputError(file: folder, "has one class only", remedy: "give at least two classes")
    }
    let size = train.shape.reduce(1, *)
    let box = InputBox(lower: [Double](repeating: 0, count: size), upper: [Double](repeating: 1, count: size))
    func data(_ part: (shape: [Int], inputs: [Double], classes: [Int])) -> DataSet {
      DataSet(
        name: name, sampleShape: [1] + part.shape, inputs: part.inputs,
        targets: .classes(part.classes, count: classes), box: box)
    }
    return (data(train), data(test))
  }

  private static func part(
    _ folder: String, _ prefix: String, _ limit: Int
  ) throws -> (shape: [Int], inputs: [Double], classes: [Int]) {
    let images = try file(folder, "\(prefix)-images", "idx3")
    let labels = try file(folder, "\(prefix)-labels", "idx1")
    guard images.file.shape.count == 3, images.file.shape.allSatisfy({ $0 > 0 }) else {
      throw InputError(
        file: images.path, "has the shape \(images.file.shape)", remedy: "give pictures × height × width")
    }
    guard labels.file.shape == [images.file.shape[0]] else {
      throw InputError(
        file: labels.path, "has the shape \(labels.file.shape) for \(images.file.shape[0]) pictures",
        remedy: "give one label a picture")
    }
    let size = images.file.shape[1] * images.file.shape[2]
    let count = min(limit, images.file.shape[0])
    return (
      Array(images.file.shape[1...]), images.file.bytes[..<(count * size)].map { Double($0) / 255 },
      labels.file.bytes[..<count].map { Int($0) }
    )
  }

  /// The first of the names in use: `train-images-idx3-ubyte`, `train-images.idx3-ubyte`, each with `.gz` or without.
  private static func file(_ folder: String, _ stem: String, _ kind: String) throws -> (
    path: String, file: IDXFile
  ) {
    let names = ["-", "."].flatMap { mark in ["", ".gz"].map { "\(stem)\(mark)\(kind)-ubyte\($0)" } }
    let path = names.map { "\(folder)/\($0)" }.first { FileManager.default.fileExists(atPath: $0) }
    guard let path else { throw MissingFile("\(folder)/\(names[0])") }
    return (path, try IDXFile(path))
  }
}
