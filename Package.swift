// swift-tools-version: 6.2
import Foundation
import PackageDescription

/// What the kernels are compiled for: `ROBUST_CPU` = `avx512`, `avx2` or `portable`; by default what this machine has.
///
/// AVX2 with FMA makes the routing kernels about twice as fast as what every x86-64 has, AVX-512 1.4–1.8 times faster again.
/// SwiftPM refuses `unsafeFlags` in a dependency, so only the root package uses them.
enum Instructions {
  case portable, avx2, avx512

  static let chosen: Instructions = {
    #if arch(x86_64)
      guard !Context.packageDirectory.contains("/checkouts/") else { return .portable }
      switch Context.environment["ROBUST_CPU"] {
      case "avx512": return .avx512
      case "avx2": return .avx2
      case "portable": return .portable
      case nil, "": return ofThisMachine
      case let other?: fatalError("ROBUST_CPU=\(other): expected avx512, avx2 or portable")
      }
    #else
      return .portable
    #endif
  }()

  private static var ofThisMachine: Instructions {
    guard let processors = try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8) else { return .avx2 }
    let line = processors.split(separator: "\n").first { $0.hasPrefix("flags") } ?? ""
    let features = Set(line.split(separator: " "))
    guard features.isSuperset(of: ["avx2", "fma", "f16c"]) else { return .portable }
    return features.isSuperset(of: ["avx512f", "avx512bw", "avx512dq", "avx512vl"]) ? .avx512 : .avx2
  }

  /// What tells the sources.
  var names: [SwiftSetting] {
    switch self {
    case .portable: []
    case .avx2: [.define("ROBUST_FMA")]
    case .avx512: [.define("ROBUST_FMA"), .define("ROBUST_AVX512")]
    }
  }

  /// What tells the compiler.
  var flags: [SwiftSetting] {
    let avx2 = ["-mavx2", "-mfma", "-mf16c"]
    let avx512 = ["-mavx512f", "-mavx512bw", "-mavx512dq", "-mavx512vl"]
    func flags(_ options: [String]) -> [SwiftSetting] { [.unsafeFlags(options.flatMap { ["-Xcc", $0] })] }
    return switch self {
    case .portable: []
    case .avx2: flags(avx2)
    case .avx512: flags(avx2 + avx512)
    }
  }
}

/// For what runs before the processor is known to have the instructions: it knows their names, but uses none.
let settingsForEveryProcessor: [SwiftSetting] =
  [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
  ]
  + Instructions.chosen.names

let settings = settingsForEveryProcessor + Instructions.chosen.flags

/// For what waits for others and computes little itself: nine tenths of the time that such code takes to compile are spent on
/// optimising it, and nobody could measure a difference when it ran. Where `unsafeFlags` are refused it is optimised, too.
let unoptimized: [SwiftSetting] =
  Context.packageDirectory.contains("/checkouts/") ? [] : [.unsafeFlags(["-Onone"])]

func library(
  _ name: String, at path: String? = nil, _ dependencies: [Target.Dependency], resources: [Resource] = [],
  isOptimized: Bool = true
) -> Target {
  .target(
    name: name, dependencies: dependencies, path: path ?? "Sources/\(name)", resources: resources,
    swiftSettings: settings + (isOptimized ? [] : unoptimized))
}

/// The tests of a room.
func tests(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .testTarget(
    name: "\(name)Tests", dependencies: [.target(name: name)] + dependencies,
    swiftSettings: settings + unoptimized)
}

let package = Package(
  name: "robust",
  platforms: [.macOS("26.0")],
  products: [
    .executable(name: "robust", targets: ["robust"]),
    // What programs of one's own, such as Benchmarks/, build on.
    .library(
      name: "RobustKit",
      targets: [
        "Diagnostics", "Statistics", "Processor", "Files", "Text", "Figures", "Tensors", "Arrays", "Autodiff", "Models",
        "ONNX", "ExternalModels", "Classifiers", "Datasets", "ToyNORB", "Attacks", "Training", "Runs", "Sweeps",
        "TrustChecks", "Comparison", "Examples", "Inspection",
        "Reports",
      ]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.0"),
  ],
  targets: [
    .systemLibrary(
      name: "CPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"]), .brew(["libpng"])]),
    .systemLibrary(
      name: "CJPEG", pkgConfig: "libturbojpeg", providers: [.apt(["libturbojpeg0-dev"]), .brew(["jpeg-turbo"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(
      name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"]), .brew(["zstd"])]),
    .systemLibrary(name: "COneDNN", providers: [.apt(["libdnnl-dev"]), .brew(["onednn"])]),
    .systemLibrary(name: "COpenSSL", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
    .systemLibrary(name: "CCPU"),

    .target(name: "Processor", dependencies: ["CCPU"], swiftSettings: settingsForEveryProcessor),
    library("Diagnostics", []),
    library("Statistics", []),
    // macOS hashes by CryptoKit.
    library(
      "Files", ["CZlib", "CZstd", "Diagnostics", .target(name: "COpenSSL", condition: .when(platforms: [.linux]))]),
    library("Text", ["Diagnostics", "Files"], isOptimized: false),
    library("Figures", ["Diagnostics", "Files", "Text"], isOptimized: false),
    library("Tensors", []),
    library("Arrays", ["CZlib", "Diagnostics", "Files", "Tensors"]),
    library("Imaging", ["CJPEG", "CPNG", "Diagnostics", "Files", "Tensors"]),
    library("Kernels", ["COneDNN", "Tensors"]),
    library("Autodiff", ["Tensors", "Kernels"]),
    library(
      "Models",
      ["Diagnostics", "Files", "Tensors", "Arrays", "Kernels", "Autodiff"],
      resources: [.copy("Resources")]),
    library("ExternalModels", ["Diagnostics", "Files", "Tensors", "Autodiff", "Models"]),
    library("ONNX", ["Diagnostics", "Files", "Tensors", "Arrays", "Kernels", "Autodiff", "Models"]),
    library(
      "Classifiers", ["Diagnostics", "Files", "Tensors", "Autodiff", "Models", "ONNX", "ExternalModels"]),
    library(
      "Datasets", ["Diagnostics", "Files", "Tensors", "Arrays", "Imaging"], resources: [.copy("Resources")]),
    library("ToyNORB", ["Diagnostics", "Files", "Tensors", "Imaging", "Datasets"]),
    library("Attacks", at: "Attacks", ["Diagnostics", "Tensors", "Autodiff", "Models"]),
    library("Training", ["Diagnostics", "Files", "Tensors", "Arrays", "Autodiff", "Models", "Datasets"]),
    library(
      "Runs",
      [
        "Processor", "Diagnostics", "Statistics", "Files", "Tensors", "Kernels", "Models", "Classifiers", "Datasets",
        "Attacks", .product(name: "GRDB", package: "GRDB.swift"),
      ]),
    library(
      "Sweeps",
      [
        "Diagnostics", "Statistics", "Files", "Tensors", "Imaging", "Autodiff", "Models", "Datasets", "Attacks", "Runs",
      ]),
    library(
      "TrustChecks",
      [
        "Diagnostics", "Statistics", "Tensors", "Autodiff", "Models", "Classifiers", "Datasets", "Attacks", "Runs",
        "Sweeps",
      ]),
    library(
      "Comparison", ["Diagnostics", "Statistics", "Files", "Tensors", "Attacks", "Runs"], isOptimized: false),
    library(
      "Examples",
      [
        "Diagnostics", "Files", "Tensors", "Arrays", "Imaging", "Models", "Datasets", "Attacks", "Runs", "Sweeps",
      ]),
    library(
      "Inspection",
      [
        "Diagnostics", "Statistics", "Files", "Tensors", "Imaging", "Kernels", "Autodiff", "Models", "Datasets", "Runs",
      ]),
    library(
      "Reports", at: "Reports",
      [
        "Diagnostics", "Statistics", "Files", "Text", "Figures", "Tensors", "Attacks", "Runs", "Sweeps", "TrustChecks",
        "Comparison", "Inspection", .product(name: "Mustache", package: "swift-mustache"),
      ],
      resources: [.embedInCode("Templates")], isOptimized: false),
    library(
      "Reproduction",
      [
        "Diagnostics", "Statistics", "Files", "Text", "Figures", "Tensors", "Arrays", "Imaging", "Kernels", "Autodiff",
        "Models", "Datasets", "Attacks", "Training", "Runs", "Sweeps", "Comparison", "Inspection", "Reports",
      ], isOptimized: false),
    .executableTarget(
      name: "robust",
      dependencies: [
        "Processor", "Diagnostics", "Files", "Text", "Figures", "Tensors", "Arrays", "Imaging", "Kernels", "Models",
        "ONNX", "Classifiers", "Datasets", "ToyNORB", "Attacks", "Training", "Runs", "Sweeps", "TrustChecks",
        "Comparison", "Examples",
        "Inspection", "Reports", "Reproduction", .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      path: "Sources/robust", swiftSettings: settingsForEveryProcessor + unoptimized),

    .target(
      name: "TestSupport", dependencies: ["Tensors", "Autodiff", "Models", "Attacks"], path: "Tests/TestSupport",
      swiftSettings: settings + unoptimized),
    .target(
      name: "RunSamples",
      dependencies: [
        "Tensors", "Autodiff", "Models", "Datasets", "Attacks", "Runs", "Sweeps",
      ],
      path: "Tests/RunSamples", swiftSettings: settings + unoptimized),
    .testTarget(name: "ProcessorTests", dependencies: ["Processor"], swiftSettings: settings + unoptimized),
    tests("Diagnostics"),
    tests("Statistics"),
    tests("Files", ["Diagnostics", "TestSupport"]),
    tests("Text", ["Files", "TestSupport"]),
    tests("Figures", ["Diagnostics", "Imaging", "TestSupport"]),
    tests("Tensors"),
    tests("Arrays", ["Diagnostics", "Files", "Tensors", "TestSupport"]),
    tests("Imaging", ["Diagnostics", "Tensors", "TestSupport"]),
    tests("Kernels", ["Tensors", "Autodiff", "TestSupport"]),
    tests("Autodiff", ["Tensors", "TestSupport"]),
    tests("Models", ["Diagnostics", "Files", "Tensors", "Arrays", "Kernels", "Autodiff", "TestSupport"]),
    tests("ExternalModels", ["Diagnostics", "Tensors", "Autodiff", "Models"]),
    tests(
      "ONNX", ["Diagnostics", "Files", "Tensors", "Arrays", "Kernels", "Autodiff", "Models", "Attacks", "TestSupport"]),
    tests("Classifiers", ["Diagnostics", "Files", "Tensors", "Autodiff", "Models", "ONNX", "TestSupport"]),
    tests("Datasets", ["Diagnostics", "Files", "Tensors", "Arrays", "Imaging", "TestSupport"]),
    tests("ToyNORB", ["Diagnostics", "Files", "Datasets", "TestSupport"]),
    tests("Attacks", ["Diagnostics", "Files", "Tensors", "Autodiff", "Models", "TestSupport"]),
    tests("Training", ["Diagnostics", "Files", "Tensors", "Kernels", "Autodiff", "Models", "Datasets", "TestSupport"]),
    tests(
      "Runs",
      [
        "Diagnostics", "Classifiers", "Attacks", "Comparison", "TestSupport", "RunSamples",
        .product(name: "GRDB", package: "GRDB.swift"),
      ]),
    tests(
      "Sweeps",
      [
        "Diagnostics", "Statistics", "Files", "Tensors", "Arrays", "Imaging", "Autodiff", "Models", "Classifiers",
        "Datasets",
        "Attacks", "Runs", "TestSupport", "RunSamples",
      ]),
    tests(
      "TrustChecks",
      [
        "Diagnostics", "Tensors", "Autodiff", "Models", "Classifiers", "Datasets", "Attacks", "Runs", "Sweeps",
        "TestSupport", "RunSamples",
        .product(name: "GRDB", package: "GRDB.swift"),
      ]),
    tests(
      "Comparison",
      [
        "Diagnostics", "Statistics", "Files", "Tensors", "Imaging", "Models", "Datasets", "Attacks", "Runs", "Sweeps",
        "TrustChecks", "TestSupport", "RunSamples",
        .product(name: "GRDB", package: "GRDB.swift"),
      ]),
    tests(
      "Examples",
      [
        "Diagnostics", "Files", "Tensors", "Arrays", "Imaging", "Models", "Datasets", "Attacks", "Runs", "Sweeps",
        "RunSamples",
      ]),
    tests("Inspection", ["Statistics", "Tensors", "Kernels", "Models", "Datasets", "TestSupport"]),
    tests(
      "Reports",
      [
        "Diagnostics", "Statistics", "Files", "Kernels", "Models", "Datasets", "Attacks", "Runs", "Sweeps",
        "Comparison",
        "Inspection", "TestSupport",
      ]),
    tests("Reproduction", ["Diagnostics", "Text", "Tensors", "Models", "Datasets", "Training", "TestSupport"]),
    .testTarget(
      name: "CommandLineTests",
      dependencies: [
        "Processor", "Diagnostics", "Files", "Tensors", "Arrays", "Imaging", "Autodiff", "Models", "Datasets",
        "Attacks",
        "robust", "TestSupport",
      ],
      swiftSettings: settings + unoptimized),
  ],
  swiftLanguageModes: [.v6]
)

// The tests of rooms that compute nothing come to the same whatever the instructions: `make test-variants` leaves them out.
if Context.environment["ROBUST_TESTS"] == "computing" {
  let others = ["Diagnostics", "Statistics", "Files", "Arrays", "Imaging", "Datasets", "Comparison", "Reports"]
  package.targets.removeAll { target in others.contains { target.name == "\($0)Tests" } }
}
