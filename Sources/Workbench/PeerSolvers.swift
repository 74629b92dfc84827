import ExactArithmetic
import Foundation
import Networks
public import Problems

/// Other solvers beside ours in the same run, by way of their Python packages, each on the model that suits it: Gurobi takes the
/// quadratic objective as it is, SCIP a quadratic constraint, HiGHS the linearisation of Fortet and of Glover and Woolsey.
/// One core, gap 0.
public struct PeerSolvers: Sendable {
  public enum Peer: String, Sendable, CaseIterable, Encodable {
    case highs = "HiGHS"
    case scip = "SCIP"
    case gurobi = "Gurobi"
  }

  /// What one peer did with one instance.
  public struct Outcome: Sendable, Encodable {
    public var peer: Peer
    /// Whether it proved its optimum.
    public var isSolved: Bool
    /// Its optimum, in its own floating-point numbers; nil where it has none.
    public var value: Double?
    /// CPU seconds of its solve call; nil where it did not run: not installed, or too large for its licence.
    public var seconds: Double?
  }

  /// The Python that has `highspy`, `pyscipopt` or `gurobipy`.
  public let python: String
  public let timeLimit: Double

  public init(python: String, timeLimit: Double = 60) {
    self.python = python
    self.timeLimit = timeLimit
  }

  private struct Request: Encodable {
    let bits: Int
    let products: [[Double]]
    let linear: [Double]
    let maximize: Bool
    let timeLimit: Double
  }

  /// All peers on one problem, one after the other.
  ///
  /// - Throws: `InputError` where the Python cannot be run.
  public func solve(_ problem: QUBO) throws -> [Outcome] {
    let request = Request(
      bits: problem.bits,
      products: problem.products.map { [Double($0.i), Double($0.j), $0.coefficient.approximation] },
      linear: problem.linear.map(\.approximation), maximize: problem.sense == .maximize,
      timeLimit: timeLimit)
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let instance = folder.appendingPathComponent("instance.json")
    let script = folder.appendingPathComponent("peers.py")
    try JSONEncoder().encode(request).write(to: instance)
    try Data(peerScript.utf8).write(to: script)
    return try Peer.allCases.map { peer in
      let answer = folder.appendingPathComponent(peer.rawValue)
      let process = Process()
      process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
      process.arguments = [python, script.path, peer.rawValue, instance.path, answer.path]
      process.standardInput = FileHandle.nullDevice
      process.standardOutput = FileHandle.nullDevice
      process.standardError = FileHandle.nullDevice
      try process.run()
      process.waitUntilExit()
      guard process.terminationStatus != 127 else {
        throw InputError(
          file: python, "cannot be run", remedy: "give a Python 3 that has the peers' packages")
      }
      guard let data = try? Data(contentsOf: answer),
        let found = try? JSONDecoder().decode(Answer.self, from: data)
      else { return Outcome(peer: peer, isSolved: false, value: nil, seconds: nil) }
      return Outcome(peer: peer, isSolved: found.solved, value: found.value, seconds: found.seconds)
    }
  }

  private struct Answer: Decodable {
    let solved: Bool
    let value: Double?
    let seconds: Double
  }
}

/// usage: python peers.py PEER INSTANCE ANSWER
private let peerScript = """
  import json, sys, time

  peer, source, target = sys.argv[1:]
  with open(source) as file:
      problem = json.load(file)
  n, products, linear = problem["bits"], problem["products"], problem["linear"]
  limit, sign = problem["timeLimit"], -1 if problem["maximize"] else 1
  products = [(int(i), int(j), sign * q) for i, j, q in products]
  linear = [sign * q for q in linear]


  def highs():
      import highspy
      solver = highspy.Highs()
      for name, value in (("output_flag", False), ("mip_rel_gap", 0.0), ("mip_abs_gap", 0.0),
                          ("threads", 1), ("time_limit", limit)):
          solver.setOptionValue(name, value)
      x = [solver.addBinary() for _ in range(n)]
      objective = sum(q * x[i] for i, q in enumerate(linear))
      for i, j, q in products:
          y = solver.addVariable(0, 1)
          if q < 0:
              solver.addConstr(y <= x[i])
              solver.addConstr(y <= x[j])
          else:
              solver.addConstr(y >= x[i] + x[j] - 1)
          objective += q * y
      start = time.process_time()
      solver.minimize(objective)
      seconds = time.process_time() - start
      solved = solver.getModelStatus() == highspy.HighsModelStatus.kOptimal
      return solved, solver.getInfo().objective_function_value, seconds


  def scip():
      import pyscipopt
      model = pyscipopt.Model()
      model.hideOutput()
      model.setParam("limits/time", limit)
      x = [model.addVar(vtype="B") for _ in range(n)]
      z = model.addVar(lb=None)
      model.addCons(z >= pyscipopt.quicksum([q * x[i] * x[j] for i, j, q in products]
                                            + [q * x[i] for i, q in enumerate(linear)]))
      model.setObjective(z, "minimize")
      start = time.process_time()
      model.optimize()
      seconds = time.process_time() - start
      value = model.getObjVal() if model.getNSols() else None
      return model.getStatus() == "optimal", value, seconds


  def gurobi():
      import gurobipy
      environment = gurobipy.Env(params={"OutputFlag": 0})
      model = gurobipy.Model(env=environment)
      model.Params.Threads, model.Params.TimeLimit, model.Params.MIPGap = 1, limit, 0
      x = model.addVars(n, vtype="B")
      model.setObjective(gurobipy.quicksum(q * x[i] * x[j] for i, j, q in products)
                         + gurobipy.quicksum(q * x[i] for i, q in enumerate(linear)))
      start = time.process_time()
      model.optimize()
      seconds = time.process_time() - start
      return model.Status == 2, model.ObjVal if model.SolCount else None, seconds


  solved, value, seconds = {"HiGHS": highs, "SCIP": scip, "Gurobi": gurobi}[peer]()
  with open(target, "w") as file:
      json.dump({"solved": bool(solved), "value": None if value is None else sign * value,
                 "seconds": seconds}, file)
  """
