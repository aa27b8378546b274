// swift-tools-version: 6.2
import PackageDescription

// The kernels are built with the flags that the package above gives itself, as they are for `robust`.
let package = Package(
  name: "robust-benchmark",
  platforms: [.macOS("26.0")],
  dependencies: [.package(name: "robust", path: "..")],
  targets: [
    .target(name: "CMachine", cSettings: [.unsafeFlags(["-O3"])]),
    .executableTarget(
      name: "robust-benchmark",
      dependencies: ["CMachine", .product(name: "RobustKit", package: "robust")],
      swiftSettings: [
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
      ]),
  ],
  swiftLanguageModes: [.v6]
)
