public import Networks

/// Every family, in the order in which it is listed.
public let instanceFamilies: [any InstanceFamily.Type] = [
  CompleteGraph.self, CycleGraph.self, CompleteBipartiteGraph.self, PetersenGraph.self, HypercubeGraph.self,
  UnitTorus.self, BipartitePlanted.self,
  RandomGraph.self, RegularGraph.self, UnitHalfDensity.self, SparseSigns.self, DenseSigns.self,
  SignedWeights.self, NonnegativeWeights.self,
  SignTorus2D.self, SignTorus3D.self, GaussianTorus2D.self, GaussianTorus3D.self,
  SherringtonKirkpatrick.self, WishartPlanting.self, TilePlanting.self, LoopPlanting.self,
  ParityPlanting.self,
  GaussianQCMH.self, RandomPartition.self, PlantedPartition.self,
  GaussianNetwork.self, UniformNetwork.self, IdealNetwork.self, NonnegativeNetwork.self,
  DegenerateNetwork.self, GreedyTrap.self,
  AutoLipGap.self, FormalGap.self,
  ConvolutionalNetwork.self, ResidualNetwork.self, AlexNet.self,
]

/// The instance of a family for these parameters (defaults for those not given) and this seed. Its name says all
/// three.
///
/// - Throws: `InputError` for an unknown family or parameter, or for values out of range or at
///   odds with one another.
public func generate(
  _ family: String, parameters: [String: String] = [:], seed: UInt64
) throws(InputError) -> GeneratedInstance {
  guard let type = instanceFamilies.first(where: { $0.name == family }) else {
    throw InputError(
      "there is no family \"\(family)\"",
      remedy: "the families are \(instanceFamilies.map { $0.name }.joined(separator: ", "))")
  }
  do throws(InputError) {
    let values = try ParameterValues(parameters, for: type.parameters)
    let name =
      [family] + type.parameters.map { "\($0.name)=\(values.text($0.name))" }
      + (type.isRandom ? ["seed=\(seed)"] : [])
    return try type.init(values).instance(seed: seed).named(name.joined(separator: "_"))
  } catch {
    var named = error
    named.place = "family \(family)"
    throw named
  }
}
