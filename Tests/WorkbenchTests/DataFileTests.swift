import Foundation
import LinearAlgebra
import Networks
import PatternSearch
import RandomNumbers
import Testing
import Workbench

@Suite struct DataFileTests {
  static func withFile<T>(_ text: String, _ body: (String) throws -> T) throws -> T {
    let file = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString + ".csv")
    try Data(text.utf8).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    return try body(file.path)
  }

  static func read(_ text: String, inputs: Int = 2) throws -> DataFile {
    try withFile(text) { try DataFile($0, inputs: inputs) }
  }

  @Test(
    "Separators, headers, comments, blank lines, quotation marks and line ends",
    arguments: [
      "1,2\n3,-4e-1\n", "1;2\n3;-0.4", "1 2\n3\t-.4\n", "\u{FEFF}1, 2\r\n\r\n3 , -0.4\r\n",
      "a,b\n1,2\n3,-0.4\n",
      "# from somewhere, 2 columns\n\"sepal length (cm), or so\",\"b\"\n1,2\n\n\"3\",-0.4\n",
      "a b\n1 2\n  3  -0.4  ",
    ])
  func layouts(text: String) throws {
    let data = try Self.read(text)
    #expect(data.points == [[1, 2], [3, -0.4]])
    #expect(data.labels == nil)
    #expect(try data.classes(count: 2) == nil)
  }

  @Test(
    "The column of classes, by its name or by its place",
    arguments: [
      "1,2,0\n3,4,1\n", "a,b,label\n1,2,0\n3,4,1\n", "Class;x;y\n0;1;2\n1;3;4\n",
      "0,1,target\n1,2,0.0\n3,4,1\n",
      "a b kind\n1 2 0\n3 4 1\n",
    ])
  func classes(text: String) throws {
    let data = try Self.read(text)
    #expect(data.points == [[1, 2], [3, 4]])
    #expect(try data.classes(count: 2) == [0, 1])
    #expect(throws: InputError.self) { try data.classes(count: 1) }
  }

  @Test("The name of the column of classes, where it is not one of the usual ones")
  func labelNames() throws {
    for (text, name) in [
      ("a,b,Kind\n1,2,0\n", "Kind"), ("a,b,Class\n1,2,0\n", nil), ("1,2,0\n", nil), ("a,b\n1,2\n", nil),
    ] as [(String, String?)] {
      #expect(try Self.read(text).otherLabelName == name)
    }
  }

  @Test("Names of classes matter only to who asks for numbers")
  func namedClasses() throws {
    let data = try Self.read("a,b,class\n1,2,setosa\n3,4,virginica\n")
    #expect(data.points.count == 2)
    do {
      _ = try data.classes(count: 3)
      Issue.record("accepted")
    } catch let error as InputError {
      #expect(error.place == "2" && error.problem.contains("setosa") && error.remedy.contains("0 to 2"))
    }
  }

  @Test(
    "Malformed files: the line, what is wrong, and what would be right",
    arguments: [
      ("", nil, "no points"), ("# nothing\n\n", nil, "no points"), ("a,b\n", nil, "no points"),
      ("1,2\n3,nan\n", "2", "cell 2 is nan"), ("1,2\n\n-inf,3\n", "3", "cell 1 is -inf"),
      ("nan,2\n", "1", "nan"), ("1,2\n3,1e999\n", "2", "cell 2"), ("1,2\n3\n", "2", "1 cell"),
      ("1,2\n3,4,5\n", "2", "3 cells"), ("1,2\n3,\n", "2", "cell 2 is empty"), ("1,2\n3,x\n", "2", "“x”"),
      ("1,x\n3,4\n", "1", "header"), ("1,2,3,4\n", "1", "4 numbers a line for 2 inputs"),
      ("a,b,c,label\n1,2,3,0\n", "1", "3 numbers a line beside the class"), ("1\n2\n", "1", "1 number"),
      ("a,class,label\n1,2,3\n", "1", "2 columns are called"),
      ("1,5;2,5\n", "1", "point before the decimals"),
      ("1;2\n1,5;2,5\n", "2", "point before the decimals"),
      (",a\n0,1\n", "1", "column 1 has no name; write the file without the index (index=False)"),
      (",0,1,label\n0,1,2,0\n", "1", "column 1 has no name"), ("a,\"\"\n1,2\n", "1", "column 2 has no name"),
    ] as [(String, String?, String)])
  func malformed(text: String, place: String?, says: String) throws {
    do {
      _ = try Self.read(text)
      Issue.record("accepted")
    } catch let error as InputError {
      #expect(error.place == place && error.file?.hasSuffix(".csv") == true)
      #expect(error.description.contains(says), "\(error)")
      #expect(!error.description.contains("\n"))
    }
  }

  @Test("Every prefix and every changed byte of a small file is read or refused, never a trap")
  func mutations() throws {
    let bytes = Array("a,b,label\n1,2,0\r\n3;-4e1, 1\n\"5\" 6\t1\n".utf8)
    var random = SplitMix64(seed: 3)
    let file = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: file) }
    for trial in 0..<600 {
      var mutated = bytes
      if trial < bytes.count {
        mutated = Array(bytes.prefix(trial))
      } else {
        mutated[Int(random.next() % UInt64(bytes.count))] = UInt8(truncatingIfNeeded: random.next())
      }
      try Data(mutated).write(to: file)
      do {
        let data = try DataFile(file.path, inputs: 2)
        #expect(data.points.allSatisfy { $0.count == 2 && $0.allSatisfy(\.isFinite) })
      } catch is InputError {}
    }
  }

  @Test("The box of the data is the smallest; inputs on which all points agree are fixed")
  func box() throws {
    let text = "1,2,5\n-3,4,5\n0,2.5,5\n"
    #expect(try Self.read(text, inputs: 3).box == .box(lower: [-3, 2, 5], upper: [1, 4, 5]))
    let network = try MultilayerPerceptron(
      name: "sum", layers: [AffineLayer(weights: Matrix([[1, 1, 1]]))], activations: [])
    let domain = try Self.withFile(text) { try DomainText.parse("data:\($0)", inputs: network.inputs) }
    #expect(domain == .box(lower: [-3, 2, 5], upper: [1, 4, 5]))
  }
}
