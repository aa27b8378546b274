// swift-tools-version: 6.2
import Foundation
import PackageDescription

// AVX2 and FMA make the kernels 2.2–2.6 times faster. SwiftPM refuses `unsafeFlags` in a dependency, so they are used
// only when this package is the root; `ROBUST_CPU=portable` turns them off.
#if arch(x86_64)
  let isRoot = !Context.packageDirectory.contains("/checkouts/")
  let usesAVX2 = isRoot && Context.environment["ROBUST_CPU"] != "portable"
#else
  let usesAVX2 = false
#endif

let settings: [SwiftSetting] =
  [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
  ]
  + (usesAVX2
    ? [.unsafeFlags(["-Xcc", "-mavx2", "-Xcc", "-mfma", "-Xcc", "-mf16c"]), .define("ROBUST_FMA")]
    : [])

func library(
  _ name: String, at path: String? = nil, _ dependencies: [Target.Dependency], resources: [Resource] = []
) -> Target {
  .target(
    name: name, dependencies: dependencies, path: path ?? "Sources/\(name)", resources: resources,
    swiftSettings: settings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .testTarget(
    name: "\(name)Tests", dependencies: [.target(name: name), "TestSupport"] + dependencies,
    swiftSettings: settings)
}

let package = Package(
  name: "robust",
  platforms: [.macOS("26.0")],
  products: [
    .executable(name: "robust", targets: ["robust"]),
    // What programs of one's own, such as Benchmarks/, build on.
    .library(
      name: "RobustKit",
      targets: ["Tensors", "Autodiff", "Models", "Datasets", "Attacks", "Training", "Evaluation", "Files"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.0"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.0"),
  ],
  targets: [
    .systemLibrary(
      name: "CPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"]), .brew(["libpng"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(
      name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"]), .brew(["zstd"])]),
    .systemLibrary(name: "COneDNN", providers: [.apt(["libdnnl-dev"]), .brew(["onednn"])]),

    library("Files", ["CZlib", "CZstd", .product(name: "Crypto", package: "swift-crypto")]),
    library("Tensors", []),
    library("Kernels", ["Tensors", "COneDNN"]),
    library("Autodiff", ["Tensors", "Kernels"]),
    library("Models", ["Tensors", "Kernels", "Autodiff", "Files"], resources: [.copy("Resources")]),
    library("Imaging", ["Tensors", "Files", "CPNG"]),
    library("Datasets", ["Tensors", "Files", "Imaging"], resources: [.copy("Resources")]),
    library("Attacks", at: "Attacks", ["Tensors", "Autodiff", "Models", "Files"]),
    library("Training", ["Tensors", "Autodiff", "Models", "Datasets", "Attacks", "Files"]),
    library(
      "Evaluation",
      [
        "Tensors", "Autodiff", "Models", "Attacks", "Datasets", "Imaging", "Files",
        .product(name: "GRDB", package: "GRDB.swift"),
      ]),
    library(
      "Reports", at: "Reports",
      ["Evaluation", "Imaging", "Files", .product(name: "Mustache", package: "swift-mustache")],
      resources: [.embedInCode("Templates")]),
    .executableTarget(
      name: "robust",
      dependencies: [
        "Files", "Tensors", "Kernels", "Models", "Attacks", "Datasets", "Training", "Evaluation", "Reports", "Imaging",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      path: "Sources/robust", swiftSettings: settings),

    .target(
      name: "TestSupport", dependencies: ["Tensors", "Autodiff", "Files"], path: "Tests/TestSupport",
      swiftSettings: settings),
    tests("Files"), tests("Tensors"), tests("Kernels", ["Autodiff"]), tests("Autodiff"),
    tests("Models", ["Files", "Kernels"]), tests("Imaging"),
    tests("Datasets", ["Files"]), tests("Attacks", ["Models", "Files"]),
    tests("Evaluation", ["Attacks", "Datasets", "Imaging", "Files", .product(name: "GRDB", package: "GRDB.swift")]),
    tests("Reports", ["Evaluation", "Files"]),
    tests("Training", ["Models", "Datasets", "Files"]),
    .testTarget(
      name: "CommandLineTests", dependencies: ["robust", "Files", "Models", "TestSupport"], swiftSettings: settings),
  ],
  swiftLanguageModes: [.v6]
)
