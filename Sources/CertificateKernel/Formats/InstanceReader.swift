import ExactArithmetic

extension Instance {
  /// Reads an instance file: the format by the file's ending, by what public collections call their files, or by `kind`;
  /// for `.json` by its content. These parsers share no code with the solver's: they are a second reading of the user's file.
  ///
  /// - Parameter kind: what the file should hold; decides where neither name nor content does.
  public static func read(
    _ bytes: [UInt8], name: String, kind: String? = nil
  ) throws(InstanceUnreadable) -> Instance {
    let instance = try read(bytes, file: name.split(separator: "/").last.map(String.init) ?? name, kind: kind)
    guard kind == nil || kind == instance.kind || kind == "network" && instance.network != nil else {
      throw InstanceUnreadable(
        "", "the file holds a problem of kind \(instance.kind), not \(kind ?? ""); name that kind")
    }
    return instance
  }

  private static func read(_ bytes: [UInt8], file: String, kind: String?) throws(InstanceUnreadable)
    -> Instance
  {
    guard !bytes.isEmpty else { throw InstanceUnreadable("", "the file is empty; give an instance") }
    switch format(of: file, kind: kind) {
    case "json": return try json(bytes, kind: kind)
    case "nnet": return Instance(kind: "network", network: try NNetFile.read(bytes))
    case "onnx": return Instance(kind: "network", network: try ONNXFile.read(bytes))
    case "rudy": return Instance(kind: "max-cut", spins: try RudyFile.read(bytes))
    case "sparse": return Instance(kind: "qubo", spins: try BiqMacFile.read(bytes))
    case "qubo": return Instance(kind: "qubo", spins: try QBSolvFile.read(bytes))
    case "bqp": return Instance(kind: "qubo", spins: try ORLibraryFile.read(bytes))
    case "qplib": return Instance(kind: "qubo", spins: try QPLIBFile.read(bytes))
    default:
      throw InstanceUnreadable(
        "",
        "neither ending nor name says which format this is; use .json, .nnet, .onnx, .mc, .rud, .rudy, .sparse, .qubo, "
          + ".bqp or .qplib, or say --kind max-cut or --kind qubo")
    }
  }

  private static func json(_ bytes: [UInt8], kind: String?) throws(InstanceUnreadable) -> Instance {
    let root = try JSONText.parse(bytes).members("")
    let own = try root["kind"].map { value throws(InstanceUnreadable) in try value.text("kind") }
    switch own ?? (root["layers"] == nil ? kind : "network") {
    case "network": return Instance(kind: "network", network: try JSONNetwork.read(root))
    case let kind?: return try JSONProblem.read(root, kind: kind)
    case nil:
      throw InstanceUnreadable(
        "", "the file has neither \"kind\" nor \"layers\"; add \"kind\": \"max-cut\" or what it is")
    }
  }

  private static func format(of file: String, kind: String?) -> String? {
    let parts = file.split(separator: ".", omittingEmptySubsequences: false)
    let ending = parts.count > 1 ? parts[parts.count - 1].lowercased() : ""
    switch ending {
    case "json", "nnet", "onnx", "sparse", "qubo", "bqp", "qplib": return ending
    case "mc", "rud", "rudy": return "rudy"
    default: break
    }
    if kind == "max-cut" { return "rudy" }
    if kind == "qubo" { return "bqp" }
    func continues(_ prefix: String) -> Bool {
      file.hasPrefix(prefix)
        && file.utf8.dropFirst(prefix.utf8.count).first.map { (0x30...0x39).contains($0) } == true
    }
    let stem = file.hasSuffix(".txt") ? String(file.dropLast(4)) : file
    if continues("G"), stem.utf8.dropFirst().allSatisfy({ (0x30...0x39).contains($0) }) { return "rudy" }
    if continues("ising") || continues("t2g") || continues("t3g") { return "rudy" }
    if continues("bqp") || continues("gka") { return "bqp" }
    let isWeighted = ["pw0", "w0"].contains { start in
      continues(start) && file.utf8.dropFirst(start.utf8.count + 1).first == UInt8(ascii: "_")
    }
    let starts = ["g05_", "pm1s_", "pm1d_", "toruspm", "torusg", "sg3dl"]
    return isWeighted || starts.contains { file.hasPrefix($0) } ? "rudy" : nil
  }
}
