// swift-tools-version: 6.2
import PackageDescription

/// Settings that every target of ours shares: Swift 6 mode, explicit existentials,
/// imports that stay internal unless said otherwise, warnings as errors.
let strict: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .treatAllWarnings(as: .error),
]

/// The same for what a proof rests on: no unsafe Swift either.
let trusted: [SwiftSetting] = strict + [.strictMemorySafety()]

let package = Package(
  name: "LipBench",
  platforms: [.macOS(.v15)],
  products: [
    .library(name: "LipBench", targets: ["LipBench"]),
    .executable(name: "lipbench", targets: ["LipBenchCommand"]),
    .executable(name: "lipbench-check", targets: ["LipBenchCheckCommand"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
    .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
    .package(url: "https://github.com/attaswift/BigInt", from: "6.0.1"),
  ],
  targets: [
    // System libraries, and the one piece of C that is ours.
    .systemLibrary(name: "CGLPK", providers: [.apt(["libglpk-dev"])]),
    .systemLibrary(
      name: "COpenBLAS", providers: [.apt(["libopenblas-dev", "liblapacke-dev"])]),
    .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(name: "COpenSSL", providers: [.apt(["libssl-dev"])]),
    .target(name: "CGLPKGuard", dependencies: ["CGLPK"]),

    // Numbers, matrices, linear programs.
    .target(name: "RandomNumbers", swiftSettings: strict),
    .target(
      name: "TreeSearch",
      dependencies: [.product(name: "HeapModule", package: "swift-collections")],
      swiftSettings: strict),
    .target(
      name: "ExactArithmetic",
      dependencies: [.product(name: "BigInt", package: "BigInt")],
      swiftSettings: trusted,
      linkerSettings: [.linkedLibrary("m", .when(platforms: [.linux]))]),
    // The checker of certificates: its own parsers, rules and verdict, and no other target of ours but the arithmetic.
    .target(
      name: "CertificateKernel",
      dependencies: ["ExactArithmetic", .product(name: "BigInt", package: "BigInt")],
      exclude: ["CertificateFormat.md"],
      swiftSettings: trusted,
      linkerSettings: [.linkedLibrary("m", .when(platforms: [.linux]))]),
    .executableTarget(
      name: "LipBenchCheckCommand",
      dependencies: [
        "CertificateKernel", .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      path: "Sources/lipbench-check",
      swiftSettings: trusted),
    .target(
      name: "LinearAlgebra", dependencies: ["COpenBLAS", "RandomNumbers"], swiftSettings: strict),
    .target(
      name: "LinearProgramming", dependencies: ["CGLPKGuard", "CGLPK"], swiftSettings: strict),

    // Convex maximisation of low rank over the cube.
    .target(
      name: "LowRankSearch",
      dependencies: ["LinearAlgebra", .product(name: "HeapModule", package: "swift-collections")],
      swiftSettings: strict),

    // Networks and their files.
    .target(
      name: "Networks", dependencies: ["LinearAlgebra"], swiftSettings: strict),
    .target(
      name: "ONNXNetworks",
      dependencies: [
        "ComputationGraphs", "Networks", "LinearAlgebra",
        .product(name: "SwiftProtobuf", package: "swift-protobuf"),
      ],
      exclude: ["onnx.proto"],
      swiftSettings: strict),

    // Functions as graphs of operations, and AutoLip on them.
    .target(
      name: "ComputationGraphs",
      dependencies: [
        "ExactArithmetic", "LinearAlgebra", "RandomNumbers", .product(name: "BigInt", package: "BigInt"),
      ],
      swiftSettings: strict),

    // The pattern problem and the bounds.
    .target(
      name: "PatternSearch",
      dependencies: [
        "ExactArithmetic", "LinearAlgebra", "LinearProgramming", "LowRankSearch", "RandomNumbers",
        "TreeSearch",
        .product(name: "BigInt", package: "BigInt"),
      ],
      swiftSettings: strict),
    .target(
      name: "Bounds",
      dependencies: ["ExactArithmetic", "LinearAlgebra", "Networks", "PatternSearch", "RandomNumbers"],
      swiftSettings: strict),

    // The hard problems, what carries them into one another, and where instances come from.
    .target(
      name: "Problems",
      dependencies: [
        "ExactArithmetic", "LinearAlgebra", "Networks", .product(name: "BigInt", package: "BigInt"),
      ],
      swiftSettings: strict),
    .target(
      name: "Reductions",
      dependencies: ["ExactArithmetic", "Problems", .product(name: "BigInt", package: "BigInt")],
      swiftSettings: strict),
    .target(
      name: "Generators",
      dependencies: [
        "ExactArithmetic", "LinearAlgebra", "Networks", "ONNXNetworks", "Problems", "RandomNumbers",
        .product(name: "BigInt", package: "BigInt"),
      ],
      swiftSettings: strict),
    .target(
      name: "QuadraticSearch",
      dependencies: [
        "ExactArithmetic", "LinearAlgebra", "LinearProgramming", "LowRankSearch", "Problems", "RandomNumbers",
        "TreeSearch",
        .product(name: "BigInt", package: "BigInt"),
        .product(name: "HeapModule", package: "swift-collections"),
      ],
      swiftSettings: strict),

    // Certificates as files: the searches' events, written line by line.
    .target(
      name: "Certificates",
      dependencies: [
        "CertificateKernel", "ExactArithmetic", "PatternSearch", "QuadraticSearch",
        .product(name: "BigInt", package: "BigInt"),
      ],
      swiftSettings: strict),

    // Networks that are trained here, and the data they learn.
    .target(
      name: "Training",
      dependencies: [
        "CZlib", "ComputationGraphs", "LinearAlgebra", "Networks", "ONNXNetworks", "RandomNumbers",
        "TreeSearch",
      ],
      exclude: ["DataSets/embed.py"],
      swiftSettings: strict),

    // Pictures by gnuplot.
    .target(name: "Pictures", swiftSettings: strict),

    // The audit, the library product and the command.
    .target(
      name: "Workbench",
      dependencies: [
        "Bounds", "CertificateKernel", "Certificates", "ComputationGraphs", "ExactArithmetic", "Generators",
        "LinearAlgebra", "LinearProgramming", "Networks", "ONNXNetworks",
        "PatternSearch",
        "Problems", "QuadraticSearch", "RandomNumbers", "Reductions", "Training",
        .product(name: "BigInt", package: "BigInt"),
      ],
      swiftSettings: strict),
    // The paper's experiments, and notebooks that are run and checked.
    .target(
      name: "Experiments",
      dependencies: [
        "Bounds", "ComputationGraphs", "ExactArithmetic", "Generators", "LinearAlgebra", "Networks",
        "ONNXNetworks", "PatternSearch", "Pictures", "RandomNumbers", "Training", "Workbench",
      ],
      swiftSettings: strict),
    .target(name: "Notebooks", dependencies: ["Networks"], swiftSettings: strict),
    // Hardness studies: many instances in child processes, kept line by line.
    .target(
      name: "Studies",
      dependencies: [
        "COpenSSL", "Bounds", "ComputationGraphs", "ExactArithmetic", "Generators", "Networks",
        "ONNXNetworks",
        "PatternSearch", "Pictures", "Problems", "QuadraticSearch", "TreeSearch", "Workbench",
      ],
      swiftSettings: strict),
    .target(
      name: "LipBench",
      dependencies: [
        "Bounds", "CertificateKernel", "Certificates", "ComputationGraphs", "ExactArithmetic", "Experiments",
        "Generators", "LinearAlgebra", "Networks", "Notebooks", "PatternSearch", "Pictures", "Problems",
        "QuadraticSearch", "Reductions", "Studies", "Training", "TreeSearch", "Workbench",
      ],
      path: "Sources/LipBenchLibrary",
      swiftSettings: strict),
    .executableTarget(
      name: "LipBenchCommand",
      // LipBench re-exports these; named here, too, so that a change in one of them rebuilds the command.
      dependencies: [
        "LipBench", "Bounds", "ComputationGraphs", "ExactArithmetic", "Experiments", "Generators",
        "LinearAlgebra", "LinearProgramming", "LowRankSearch", "Networks", "Notebooks", "PatternSearch",
        "Pictures", "Problems", "QuadraticSearch", "Reductions", "Studies", "Training", "Workbench",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      path: "Sources/lipbench",
      swiftSettings: strict),

    // Tests mirror the sources.
    .target(
      name: "TestSupport",
      dependencies: [
        "ComputationGraphs", "ExactArithmetic", "LinearAlgebra", "LinearProgramming", "Networks",
        "PatternSearch", "RandomNumbers",
      ],
      path: "Tests/TestSupport", swiftSettings: strict),
    .testTarget(
      name: "ExactArithmeticTests",
      dependencies: ["ExactArithmetic", "RandomNumbers", .product(name: "BigInt", package: "BigInt")],
      swiftSettings: strict),
    .testTarget(
      name: "ComputationGraphsTests",
      dependencies: [
        "ComputationGraphs", "ExactArithmetic", "LinearAlgebra", "RandomNumbers", "TestSupport",
        .product(name: "BigInt", package: "BigInt"),
      ],
      swiftSettings: strict),
    .testTarget(
      name: "CertificateKernelTests",
      dependencies: [
        "CertificateKernel", "ExactArithmetic", "Generators", "LinearAlgebra", "Networks", "ONNXNetworks",
        "Problems", "RandomNumbers", "Reductions", "TestSupport", .product(name: "BigInt", package: "BigInt"),
      ],
      swiftSettings: strict),
    .testTarget(
      name: "CertificatesTests",
      dependencies: [
        "CertificateKernel", "Certificates", "ExactArithmetic", "Generators", "PatternSearch", "Problems",
        "QuadraticSearch", "RandomNumbers", "Reductions", "TreeSearch",
        .product(name: "BigInt", package: "BigInt"),
      ],
      swiftSettings: strict),
    .testTarget(
      name: "TrainingTests",
      dependencies: [
        "ComputationGraphs", "LinearAlgebra", "Networks", "ONNXNetworks", "RandomNumbers", "Training",
      ],
      swiftSettings: strict),
    .testTarget(
      name: "TreeSearchTests", dependencies: ["TreeSearch", "RandomNumbers"], swiftSettings: strict),
    .testTarget(
      name: "LinearAlgebraTests", dependencies: ["LinearAlgebra", "RandomNumbers"], swiftSettings: strict),
    .testTarget(
      name: "LowRankSearchTests", dependencies: ["LowRankSearch", "LinearAlgebra", "RandomNumbers"],
      swiftSettings: strict),
    .testTarget(
      name: "LinearProgrammingTests", dependencies: ["LinearProgramming", "RandomNumbers"],
      swiftSettings: strict),
    .testTarget(
      name: "NetworksTests", dependencies: ["Networks", "LinearAlgebra", "RandomNumbers", "TestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "ONNXNetworksTests",
      dependencies: [
        "ComputationGraphs", "ONNXNetworks", "Networks", "LinearAlgebra", "RandomNumbers", "TestSupport",
        .product(name: "SwiftProtobuf", package: "swift-protobuf"),
      ],
      resources: [.copy("Fixtures")], swiftSettings: strict),
    .testTarget(
      name: "PatternSearchTests",
      dependencies: [
        "PatternSearch", "ExactArithmetic", "LinearAlgebra", "LinearProgramming", "RandomNumbers",
        "TreeSearch",
      ],
      swiftSettings: strict),
    .testTarget(
      name: "BoundsTests",
      dependencies: [
        "Bounds", "ExactArithmetic", "LinearAlgebra", "Networks", "PatternSearch", "RandomNumbers",
        "TestSupport", "TreeSearch", .product(name: "BigInt", package: "BigInt"),
      ],
      swiftSettings: strict),
    .testTarget(
      name: "GeneratorsTests",
      dependencies: [
        "Generators", "ExactArithmetic", "LinearAlgebra", "Networks", "ONNXNetworks", "Problems",
        "RandomNumbers",
        .product(name: "BigInt", package: "BigInt"),
      ],
      swiftSettings: strict),
    .testTarget(
      name: "WorkbenchTests",
      dependencies: [
        "Workbench", "Bounds", "CertificateKernel", "Certificates", "ExactArithmetic", "Generators",
        "LinearAlgebra", "Networks", "PatternSearch", "Problems",
        "QuadraticSearch", "RandomNumbers", "Reductions", "TestSupport",
        .product(name: "BigInt", package: "BigInt"),
      ],
      resources: [.copy("Fixtures")], swiftSettings: strict),
    .testTarget(
      name: "ReductionsTests",
      dependencies: [
        "ExactArithmetic", "Problems", "RandomNumbers", "Reductions",
        .product(name: "BigInt", package: "BigInt"),
      ],
      swiftSettings: strict),
    .testTarget(
      name: "QuadraticSearchTests",
      dependencies: [
        "ExactArithmetic", "LinearProgramming", "Problems", "QuadraticSearch", "RandomNumbers", "TreeSearch",
        .product(name: "BigInt", package: "BigInt"),
      ],
      swiftSettings: strict),
    .testTarget(
      name: "ProblemsTests",
      dependencies: [
        "Problems", "ExactArithmetic", "Networks", "RandomNumbers",
        .product(name: "BigInt", package: "BigInt"),
      ],
      swiftSettings: strict),
    .testTarget(
      name: "PeerTests",
      dependencies: [
        "ExactArithmetic", "Generators", "Networks", "Problems", "QuadraticSearch", "Reductions",
      ],
      resources: [.copy("Resources")], swiftSettings: strict),
    .testTarget(name: "PicturesTests", dependencies: ["Pictures"], swiftSettings: strict),
    .testTarget(
      name: "ExperimentsTests",
      dependencies: [
        "Experiments", "Bounds", "ComputationGraphs", "ExactArithmetic", "Networks", "PatternSearch",
        "Pictures", "Training", "Workbench",
      ],
      swiftSettings: strict),
    .testTarget(
      name: "StudiesTests", dependencies: ["Studies", "Networks", "Pictures"],
      swiftSettings: strict),
    .testTarget(name: "NotebooksTests", dependencies: ["Notebooks", "Networks"], swiftSettings: strict),
    .testTarget(
      name: "CommandTests", dependencies: ["LipBenchCommand", "LipBenchCheckCommand", "RandomNumbers"],
      swiftSettings: strict),
  ],
  swiftLanguageModes: [.v6]
)
