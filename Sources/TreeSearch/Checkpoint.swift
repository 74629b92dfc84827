import Foundation

/// A search on disk: a header that says what is searched and what was found, and the open nodes. Text, a JSON object a line;
/// written to a temporary file that then takes the old one's place, so that a kill at any moment leaves the old one or
/// the new one.
public struct Checkpoint<Header: Codable & Sendable, Node: TreeNode>: Sendable {
  public let header: Header
  public let nodes: [(serial: Int, node: Node)]

  public init(header: Header, nodes: [(serial: Int, node: Node)]) {
    self.header = header
    self.nodes = nodes
  }

  private static var version: Int { 1 }

  private struct Preamble: Codable {
    let checkpoint: Int
    /// What is searched: a checkpoint resumes its own search only.
    let question: String
    let nodes: Int
    let header: Header
  }

  private struct Line: Codable {
    let serial: Int
    let node: Node
  }

  /// - Throws: `CheckpointError` where the file cannot be written; an old file is then still there.
  public func write(to file: String, question: String) throws(CheckpointError) {
    do {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys]
      var text = try encoder.encode(
        Preamble(checkpoint: Self.version, question: question, nodes: nodes.count, header: header))
      for (serial, node) in nodes {
        text.append(UInt8(ascii: "\n"))
        text.append(try encoder.encode(Line(serial: serial, node: node)))
      }
      text.append(UInt8(ascii: "\n"))
      text.append(try encoder.encode(Checksum(of: text)))
      text.append(UInt8(ascii: "\n"))
      try text.write(to: URL(fileURLWithPath: file), options: .atomic)
    } catch {
      throw CheckpointError(
        "\(file): the checkpoint could not be written; give a file in a folder that can be written to")
    }
  }

  /// Whether the file's first line is that of a checkpoint.
  static func isCheckpoint(_ file: String) -> Bool {
    guard let data = FileManager.default.contents(atPath: file) else { return false }
    return
      (try? JSONDecoder().decode(CheckpointName.self, from: Data(data.prefix { $0 != UInt8(ascii: "\n") })))
      != nil
  }

  /// - Parameter isValid: whether a node is one of this search's.
  /// - Returns: nil where there is no such file.
  /// - Throws: `CheckpointError` where the file is damaged or belongs to another search.
  public static func read(
    _ file: String, question: String, isValid: (Node) -> Bool
  ) throws(CheckpointError) -> Checkpoint? {
    guard FileManager.default.fileExists(atPath: file) else { return nil }
    guard let data = FileManager.default.contents(atPath: file) else {
      throw CheckpointError("\(file): cannot be read")
    }
    var lines = data.split(separator: UInt8(ascii: "\n"))
    let last = lines.popLast()
    let decoder = JSONDecoder()
    func decode<Value: Decodable>(_ type: Value.Type, _ number: Int) throws(CheckpointError) -> Value {
      guard number < lines.count, let value = try? decoder.decode(type, from: Data(lines[number])) else {
        throw CheckpointError(
          "\(file):\(number + 1): not a line of a checkpoint of this search; give a file that --checkpoint wrote"
        )
      }
      return value
    }
    let peek = try decode(CheckpointName.self, 0)
    guard peek.checkpoint == version else {
      throw CheckpointError("\(file):1: checkpoint version \(peek.checkpoint); this program reads \(version)")
    }
    guard peek.question == question else {
      throw CheckpointError(
        "\(file):1: belongs to another search; resume with the same instance, engine, gap and question")
    }
    guard let last, let checksum = try? decoder.decode(Checksum.self, from: Data(last)),
      checksum == Checksum(of: data[..<last.startIndex])
    else { throw CheckpointError("\(file): its last line is not the sum of the others; the file is damaged") }
    let preamble = try decode(Preamble.self, 0)
    guard lines.count == preamble.nodes + 1 else {
      throw CheckpointError(
        "\(file): \(lines.count - 1) nodes where its first line says \(preamble.nodes); the file is damaged")
    }
    var nodes: [(serial: Int, node: Node)] = []
    for number in 1..<lines.count {
      let line = try decode(Line.self, number)
      guard line.serial > 0, isValid(line.node) else {
        throw CheckpointError("\(file):\(number + 1): not a node of this search; the file is damaged")
      }
      nodes.append((line.serial, line.node))
    }
    return Checkpoint(header: preamble.header, nodes: nodes)
  }
}

/// The last line: against accidents, not against hands.
private struct Checksum: Codable, Equatable {
  let checksum: String

  init(of text: Data) {
    var print = Fingerprint()
    for byte in text { print.combine(byte: byte) }
    checksum = print.text
  }
}

/// The part of a first line that every checkpoint has.
private struct CheckpointName: Decodable {
  let checkpoint: Int
  let question: String
}

/// A checkpoint that cannot be used; the description names the file.
public struct CheckpointError: Error, Sendable, CustomStringConvertible {
  public let description: String

  public init(_ description: String) { self.description = description }
}

/// A name for what is searched, for comparison only: FNV-1a over its numbers.
public struct Fingerprint: Sendable {
  public private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325

  public init() {}

  public init(_ values: some Sequence<some BinaryInteger>) {
    for value in values { combine(Int(value)) }
  }

  public mutating func combine(_ value: UInt64) {
    var rest = value
    for _ in 0..<8 {
      combine(byte: UInt8(truncatingIfNeeded: rest))
      rest >>= 8
    }
  }

  fileprivate mutating func combine(byte: UInt8) { value = (value ^ UInt64(byte)) &* 0x100_0000_01B3 }

  public mutating func combine(_ value: Int) { combine(UInt64(bitPattern: Int64(value))) }
  public mutating func combine(_ value: Double) { combine(value.bitPattern) }

  public mutating func combine(_ text: String) {
    for byte in text.utf8 { combine(UInt64(byte)) }
    combine(text.utf8.count)
  }

  public var text: String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
