import RandomNumbers

/// Every pair of n vertices with this probability, each with a drawn weight.
func randomEdges(
  _ n: Int, density: Double, using random: inout SplitMix64, weight: (inout SplitMix64) -> Int = { _ in 1 }
) -> [WeightedEdge] {
  var edges: [WeightedEdge] = []
  for (i, j) in allPairs(n) where random.chance(density) {
    edges.append(WeightedEdge(i, j, weight(&random)))
  }
  return edges
}

extension FamilyParameter {
  static func vertices(default value: Int) -> FamilyParameter { count("vertices", 2...3000, default: value) }

  static func probability(_ name: String, default value: Double) -> FamilyParameter {
    FamilyParameter(name, "probability of an edge", .real(0...1), default: "\(value)")
  }
}
