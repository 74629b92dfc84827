public import Networks

enum ParameterValue: Sendable, Hashable, CustomStringConvertible {
  case integer(Int)
  case real(Double)
  case text(String)
  case widths([Int])

  var description: String {
    switch self {
    case .integer(let value): "\(value)"
    case .real(let value): "\(value)"
    case .text(let value): value
    case .widths(let value): value.map(String.init).joined(separator: "-")
    }
  }
}

/// A value for every parameter of a family, each within its range.
public struct ParameterValues: Sendable, Hashable {
  private var values: [String: ParameterValue] = [:]

  /// The given values, and the defaults for the rest.
  ///
  /// - Throws: `InputError` for a name that is no parameter, or a value out of range; it says what is allowed.
  public init(_ given: [String: String], for parameters: [FamilyParameter]) throws(InputError) {
    let names = parameters.map(\.name)
    if let unknown = given.keys.sorted().first(where: { !names.contains($0) }) {
      throw InputError(
        "there is no parameter \"\(unknown)\"",
        remedy: names.isEmpty
          ? "this family takes none" : "the parameters are \(names.joined(separator: ", "))")
    }
    for parameter in parameters {
      let text = given[parameter.name] ?? parameter.defaultValue
      values[parameter.name] = try parameter.value(of: text)
    }
  }

  /// The value as text, in one form whatever way it was typed.
  public func text(_ name: String) -> String { value(name).description }

  public func integer(_ name: String) -> Int {
    guard case .integer(let value) = value(name) else { preconditionFailure("\(name) is no integer") }
    return value
  }

  public func real(_ name: String) -> Double {
    guard case .real(let value) = value(name) else { preconditionFailure("\(name) is no number") }
    return value
  }

  public func widths(_ name: String) -> [Int] {
    guard case .widths(let value) = value(name) else { preconditionFailure("\(name) is no list of widths") }
    return value
  }

  private func value(_ name: String) -> ParameterValue {
    guard let value = values[name] else { preconditionFailure("no parameter \(name)") }
    return value
  }
}
