/// The toroidal grid n_1 × n_2 × …: every vertex is joined to its successor in each dimension, the last to the
/// first. Vertices are numbered row by row, the last coordinate fastest. With sizes of at least 3 there are no
/// parallel edges.
struct ToroidalGrid {
  let sizes: [Int]

  var vertices: Int { sizes.reduce(1, *) }

  /// Vertex after vertex, dimension after dimension.
  var edges: [(Int, Int)] {
    var edges: [(Int, Int)] = []
    edges.reserveCapacity(vertices * sizes.count)
    for vertex in 0..<vertices {
      var stride = vertices
      for size in sizes {
        stride /= size
        let coordinate = vertex / stride % size
        let successor = vertex + ((coordinate + 1) % size - coordinate) * stride
        edges.append((vertex, successor))
      }
    }
    return edges
  }
}

extension FamilyParameter {
  static func torusSize(_ name: String, default value: Int, to most: Int) -> FamilyParameter {
    count("length of the grid in one direction", 3...most, default: value, name: name)
  }
}
