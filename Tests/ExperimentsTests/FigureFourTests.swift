import Bounds
import ComputationGraphs
import Experiments
import Foundation
import Networks
import PatternSearch
import Pictures
import Testing
import Training
import Workbench

@Suite struct FigureFourTests {
  private func settings() -> FigureFour.Settings {
    var settings = FigureFour.Settings()
    settings.depths = [3, 4]
    settings.width = 6
    settings.samples = 300
    settings.epochs = 150
    settings.gridPointsPerAxis = 100
    return settings
  }

  @Test func boundsStandInTheirOrder() throws {
    let settings = settings()
    let networks = try FigureFour.train(settings)
    #expect(networks.map(\.layers.count) == [3, 4])
    let figure = try FigureFour(settings, networks: networks)
    for row in figure.rows {
      func value(_ name: String) throws -> Double { try #require(row.bounds[name]?.value, "\(name)") }
      let (box, plane) = (row.box.result.enclosure, row.plane.result.enclosure)
      for lower in ["dataset", "annealing", "grid"] { #expect(try value(lower) <= box.upper) }
      #expect(box.lower <= plane.upper)
      for upper in ["fgl", "lipsdp-neuron", "combettes-pesquet", "seqlip", "autolip", "frobenius"] {
        #expect(try value(upper) >= plane.lower)
      }
      #expect(try value("fgl") <= value("lipsdp-neuron") * (1 + 1e-6))
      #expect(try value("seqlip") <= value("autolip") * (1 + 1e-12))
      #expect(try value("autolip") <= value("frobenius"))
      #expect(try value("greedy-seqlip") <= value("seqlip") * (1 + 1e-12))
      #expect((0...1).contains(try #require(row.greedyShortfall)))
      #expect(row.error < 1)
    }
    #expect(figure.table.rows.count == 2)
    #expect(figure.table.markdown.contains("| exact on square at most |"))
    #expect(figure.picture.series.count == 12)
  }

  @Test func theSameSeedTrainsTheSameNetworks() throws {
    let settings = settings()
    #expect(try FigureFour.train(settings) == FigureFour.train(settings))
  }

  @Test func theGradientsPictureStaysBelowTheConstant() throws {
    let settings = settings()
    let network = try FigureFour.train(settings)[0]
    let figure = try FigureThree(settings, network: network, pixels: 30)
    #expect(figure.pictures.count == 3)
    let row = try #require(
      (try JSONSerialization.jsonObject(with: Data(figure.table.json.utf8)) as? [String: Any])?["rows"]
        as? [[String: Any]])[0]
    let (pixel, upper) = (row["pixel"] as? Double ?? .nan, row["exact on square at most"] as? Double ?? .nan)
    #expect(pixel <= upper && pixel > 0.5 * upper)
  }
}

@Suite struct FigureFiveTests {
  @Test func boundsStandInTheirOrder() throws {
    var settings = FigureFive.Settings()
    settings.depths = [3, 4]
    settings.pictures = 20
    settings.annealingSteps = 60
    settings.vectors = 40
    settings.epochs = 2
    let (train, test) = EmbeddedDataSet.digits.data.split(holdingOut: 0.5, seed: 0)
    let figure = try FigureFive(settings, train: train, test: test)
    #expect(figure.rows.map(\.layers) == [3, 4])
    for row in figure.rows {
      let (autoLip, seqLip) = (try #require(row.autoLip.value), try #require(row.seqLip.value))
      #expect(row.dataset <= row.annealing * (1 + 1e-6))
      #expect(row.annealing <= seqLip && seqLip <= autoLip * (1 + 1e-9))
      #expect(try #require(row.greedy.value) <= seqLip * (1 + 1e-9))
      #expect(row.accuracy > 0.3)
    }
    #expect(figure.table.rows.count == 2)
  }
}

@Suite struct AlexNetExperimentTests {
  @Test func theFactorOfThePoolsIsStatedApart() throws {
    // Windows of 3 that move by 2, as AlexNet's.
    var graph = ComputationGraph(inputShape: [1, 2, 31, 31])
    let axis = PoolWindows.Axis(kernel: 3, stride: 2)
    var value = 0
    for _ in 0..<3 {
      value = try graph.apply(MaxPool(.init([axis, axis])), to: [value])
      value = try graph.apply(Elementwise(LeakyRectifier.relu), to: [value])
    }
    #expect(AlexNetExperiment.poolingFactor(graph) == 8)
    // Beside a way around it a pool is no factor.
    try graph.apply(Sum(), to: [value, try graph.apply(Elementwise(LeakyRectifier.relu), to: [value])])
    #expect(AlexNetExperiment.poolingFactor(graph) == nil)
  }
}
