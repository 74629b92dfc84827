import Generators
import Networks

/// Turns the JSON of a study file into jobs; errors name the place, like `experiments[0].methods[1]`.
struct StudyReader {
  typealias Members = [String: JSONFormatValue]

  /// What holds for each job unless an experiment says otherwise.
  private struct Limits {
    var time: Double?
    var nodes: Int?
    var memory = 4096
    var relativeGap: Double?

    static let keys = ["timeLimit", "nodeLimit", "memoryLimit", "relativeGap"]

    mutating func read(_ members: Members, _ place: String) throws(InputError) {
      time =
        try StudyReader.number(members, "timeLimit", place, "seconds above 0, at most 1e8") {
          $0 > 0 && $0 <= 1e8
        } ?? time
      nodes = try StudyReader.integer(members, "nodeLimit", place, 0...1_000_000_000_000) ?? nodes
      // The program itself takes some 40 MB.
      memory = try StudyReader.integer(members, "memoryLimit", place, 64...1 << 24) ?? memory
      relativeGap =
        try StudyReader.number(members, "relativeGap", place, "a number from 0, below 1") {
          (0..<1).contains($0)
        }
        ?? relativeGap
    }
  }

  /// - Returns: the study's name, where it has one, and its jobs with the place of their experiment.
  static func read(
    _ value: JSONFormatValue
  ) throws(InputError) -> (name: String?, jobs: [(place: String, job: StudyJob)]) {
    let members = try object(value, nil, "a study")
    try refuseUnknown(members, ["name", "description", "experiments"] + Limits.keys, nil)
    var limits = Limits()
    try limits.read(members, "")
    let experiments = try array(members, "experiments", "")
    var jobs: [(place: String, job: StudyJob)] = []
    for (index, experiment) in experiments.enumerated() {
      let place = "experiments[\(index)]"
      for job in try read(experiment, place, limits) {
        jobs.append((place, job))
        guard jobs.count <= StudyPlan.jobLimit else {
          throw InputError(
            place: place, "the study has more than \(StudyPlan.jobLimit) jobs",
            remedy: "split it into several")
        }
      }
    }
    return (try text(members, "name", ""), jobs)
  }

  private static func read(
    _ value: JSONFormatValue, _ place: String, _ general: Limits
  ) throws(InputError) -> [StudyJob] {
    let members = try object(value, place, "an experiment")
    try refuseUnknown(
      members, ["family", "parameters", "size", "seeds", "methods", "domain"] + Limits.keys, place)
    guard let name = try text(members, "family", place + ".") else {
      throw InputError(place: place, "names no family", remedy: "give \"family\", one of \(familyNames)")
    }
    guard let family = instanceFamilies.first(where: { $0.name == name }) else {
      throw InputError(
        place: place + ".family", "there is no family \"\(name)\"", remedy: "the families are \(familyNames)")
    }
    var limits = general
    try limits.read(members, place + ".")
    let methods = try methods(members, family, place)
    let domain = try domain(members, family, place)
    let seeds = try seeds(members, place)
    guard seeds.count == 1 || family.isRandom else {
      throw InputError(
        place: place + ".seeds", "\(name) makes one instance whatever the seed",
        remedy: "leave \"seeds\" out")
    }
    let size = try size(members, family, place)
    var jobs: [StudyJob] = []
    for values in try combinations(members, family, place) {
      let parameters = try checked(values, family, place + ".parameters")
      for seed in seeds {
        for method in methods {
          jobs.append(
            StudyJob(
              study: "", family: name, parameters: parameters, sizeName: size?.name ?? "size",
              size: size.flatMap { parameters[$0.name] }.map(\.count) ?? 1, seed: seed, method: method,
              domain: domain, relativeGap: limits.relativeGap, timeLimit: limits.time,
              nodeLimit: limits.nodes,
              memoryLimit: limits.memory))
        }
        guard jobs.count <= StudyPlan.jobLimit else { return jobs }
      }
    }
    return jobs
  }

  private static var familyNames: String { instanceFamilies.map { $0.name }.joined(separator: ", ") }

  // MARK: Parts of an experiment

  /// Every choice of values, the last parameter of the family fastest.
  private static func combinations(
    _ members: Members, _ family: any InstanceFamily.Type, _ place: String
  ) throws(InputError) -> [[String: String]] {
    guard let value = members["parameters"] else { return [[:]] }
    let place = place + ".parameters"
    let given = try object(value, place, "the parameters")
    let names = family.parameters.map(\.name)
    // Unknown ones, too, so that the family says which there are.
    let ordered = names.filter { given[$0] != nil } + given.keys.filter { !names.contains($0) }.sorted()
    var combinations: [[String: String]] = [[:]]
    for name in ordered {
      guard let value = given[name] else { continue }
      let list: [JSONFormatValue]
      if case .array(let elements) = value { list = elements } else { list = [value] }
      guard !list.isEmpty else {
        throw InputError(place: "\(place).\(name)", "is an empty list", remedy: "give one value or several")
      }
      var texts: [String] = []
      for (index, element) in list.enumerated() {
        switch element {
        case .number(let number): texts.append(shortText(number))
        case .largeInteger(let text), .string(let text): texts.append(text)
        case .null, .boolean, .array, .object:
          throw InputError(
            place: "\(place).\(name)[\(index)]", "is \(element.kind)", remedy: "give a number or a string")
        }
      }
      guard combinations.count * texts.count <= StudyPlan.jobLimit else {
        throw InputError(
          place: place, "there are more than \(StudyPlan.jobLimit) combinations", remedy: "give fewer values")
      }
      combinations = combinations.flatMap { chosen in
        texts.map { chosen.merging([name: $0]) { $1 } }
      }
    }
    return combinations
  }

  /// With the defaults, in one form; the family's own checks included.
  private static func checked(
    _ given: [String: String], _ family: any InstanceFamily.Type, _ place: String
  ) throws(InputError) -> [String: StudyValue] {
    do throws(InputError) {
      let values = try ParameterValues(given, for: family.parameters)
      _ = try family.init(values)
      return Dictionary(
        uniqueKeysWithValues: family.parameters.map { parameter in
          let text = values.text(parameter.name)
          switch parameter.domain {
          case .integer, .real: return (parameter.name, Double(text).map(StudyValue.number) ?? .text(text))
          case .choice, .widths: return (parameter.name, .text(text))
          }
        })
    } catch {
      throw InputError(place: place, error.problem, remedy: error.remedy)
    }
  }

  private static func methods(
    _ members: Members, _ family: any InstanceFamily.Type, _ place: String
  ) throws(InputError) -> [String] {
    let names = StudyMethods.names(for: family.kind)
    var methods: [String] = []
    for (index, element) in try array(members, "methods", place + ".").enumerated() {
      guard case .string(let method) = element, names.contains(method) else {
        let text = if case .string(let method) = element { "\"\(method)\"" } else { element.kind }
        throw InputError(
          place: "\(place).methods[\(index)]", "\(text) is no method for a \(family.kind)",
          remedy: "the methods are \(names.joined(separator: ", "))")
      }
      methods.append(method)
    }
    return methods
  }

  private static func domain(
    _ members: Members, _ family: any InstanceFamily.Type, _ place: String
  ) throws(InputError) -> String? {
    let text = try text(members, "domain", place + ".")
    if case .problem = family.kind {
      guard text == nil else {
        throw InputError(
          place: place + ".domain", "\(family.name) makes problems, which have their own domain",
          remedy: "leave \"domain\" out")
      }
      return nil
    }
    guard let text else { return "all" }
    let ends = text.split(separator: ":", omittingEmptySubsequences: false).dropFirst().map {
      Double($0) ?? .nan
    }
    guard
      text == "all"
        || (text.hasPrefix("box:") && ends.count == 2 && ends.allSatisfy(\.isFinite) && ends[0] < ends[1])
    else {
      throw InputError(
        place: place + ".domain", "\"\(text)\" is no domain of a study",
        remedy: "write all, or box:LO:HI with LO below HI, for example box:-1:1")
    }
    return text
  }

  private static func size(
    _ members: Members, _ family: any InstanceFamily.Type, _ place: String
  ) throws(InputError) -> FamilyParameter? {
    guard let name = try text(members, "size", place + ".") else { return family.sizeParameter }
    let candidates = family.parameters.filter { if case .choice = $0.domain { false } else { true } }
    guard let parameter = candidates.first(where: { $0.name == name }) else {
      throw InputError(
        place: place + ".size", "\"\(name)\" is no parameter of \(family.name) that counts",
        remedy: candidates.isEmpty
          ? "leave it out" : "give \(candidates.map(\.name).joined(separator: " or "))")
    }
    return parameter
  }

  private static func seeds(_ members: Members, _ place: String) throws(InputError) -> [UInt64] {
    guard let value = members["seeds"] else { return [0] }
    let list: [JSONFormatValue]
    if case .array(let elements) = value { list = elements } else { list = [value] }
    var seeds: [UInt64] = []
    for (index, element) in list.enumerated() {
      let range: ClosedRange<UInt64>? =
        switch element {
        case .number(let number): UInt64(exactly: number).map { $0...$0 }
        case .largeInteger(let text): UInt64(text).map { $0...$0 }
        case .string(let text): seedRange(text)
        case .null, .boolean, .array, .object: nil
        }
      guard let range, range.upperBound - range.lowerBound < UInt64(StudyPlan.jobLimit) else {
        throw InputError(
          place: value.isArray ? "\(place).seeds[\(index)]" : place + ".seeds", "is not seeds",
          remedy: "give integers from 0, one, a list, or a range such as \"0-9\"")
      }
      seeds += Array(range)
    }
    guard !seeds.isEmpty else {
      throw InputError(
        place: place + ".seeds", "is an empty list", remedy: "give seeds, or leave it out for 0")
    }
    return seeds
  }

  private static func seedRange(_ text: String) -> ClosedRange<UInt64>? {
    let ends = text.split(separator: "-", omittingEmptySubsequences: false).map { UInt64($0) }
    switch ends.count {
    case 1: return ends[0].map { $0...$0 }
    case 2:
      guard let first = ends[0], let last = ends[1], first <= last else { return nil }
      return first...last
    default: return nil
    }
  }

  // MARK: Members

  private static func object(
    _ value: JSONFormatValue, _ place: String?, _ what: String
  ) throws(InputError) -> Members {
    guard case .object(let members) = value else {
      throw InputError(place: place, "\(what) is \(value.kind)", remedy: "give an object {…}")
    }
    return members
  }

  private static func refuseUnknown(
    _ members: Members, _ known: [String], _ place: String?
  ) throws(InputError) {
    guard let unknown = members.keys.sorted().first(where: { !known.contains($0) }) else { return }
    throw InputError(
      place: place, "there is no key \"\(unknown)\"", remedy: "the keys are \(known.joined(separator: ", "))")
  }

  /// - Parameter place: with a dot at its end, or empty.
  private static func array(
    _ members: Members, _ key: String, _ place: String
  ) throws(InputError) -> [JSONFormatValue] {
    guard case .array(let elements)? = members[key], !elements.isEmpty else {
      throw InputError(
        place: place + key,
        members[key].map { "is \($0.isArray ? "an empty list" : $0.kind)" } ?? "is missing",
        remedy: "give a list […] with at least one element")
    }
    return elements
  }

  private static func text(
    _ members: Members, _ key: String, _ place: String
  ) throws(InputError) -> String? {
    guard let value = members[key] else { return nil }
    guard case .string(let text) = value, !text.isEmpty else {
      throw InputError(place: place + key, "is \(value.kind)", remedy: "give a string that is not empty")
    }
    return text
  }

  private static func number(
    _ members: Members, _ key: String, _ place: String, _ wanted: String, _ isRight: (Double) -> Bool
  ) throws(InputError) -> Double? {
    guard let value = members[key] else { return nil }
    guard case .number(let number) = value, number.isFinite, isRight(number) else {
      throw InputError(place: place + key, "is not \(wanted)", remedy: "give \(wanted)")
    }
    return number
  }

  private static func integer(
    _ members: Members, _ key: String, _ place: String, _ range: ClosedRange<Int>
  ) throws(InputError) -> Int? {
    let wanted =
      "an integer from \(range.lowerBound) to \(range.upperBound)"
    return try number(members, key, place, wanted) { Int(exactly: $0).map(range.contains) ?? false }
      .map { Int($0) }
  }
}

extension JSONFormatValue {
  fileprivate var isArray: Bool { if case .array = self { true } else { false } }
}

extension StudyValue {
  /// A number as it is; of widths such as `10-20-20-1`, the hidden units.
  fileprivate var count: Double {
    switch self {
    case .number(let value): value
    case .text(let text):
      text.split(separator: "-").dropFirst().dropLast().reduce(0) { $0 + (Double($1) ?? 0) }
    }
  }
}
