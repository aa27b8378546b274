public import Diagnostics

extension ModelCatalog {
  /// What presets are called, here and elsewhere.
  public static let presets = Vocabulary(
    "preset", names: Preset.allCases.map(\.rawValue), synonyms: synonyms, hints: hints)

  /// What the models that can be attacked at once are called.
  public static let shipped = Vocabulary(
    "shipped model or checkpoint file", names: Shipped.allCases.map(\.rawValue), synonyms: synonyms, hints: hints)

  /// The name as records have it, whatever its capitals; a path, or what stands for nothing, stays as it is.
  public static func canonicalName(_ name: String) -> String {
    guard !name.contains("/"), !name.contains(".") else { return name }
    return shipped.name(for: name) ?? presets.name(for: name) ?? name
  }

  private static let synonyms = [
    "baseline-cnn": Preset.cnn.rawValue, "convnet": Preset.cnn.rawValue,
    "em-capsules-small": Preset.matrixCapsulesSmall.rawValue, "em-capsules-full": Preset.matrixCapsulesFull.rawValue,
  ]

  private static let hints: [Vocabulary.Hint] = [
    .init(
      "capsnet", "capsule-net", "dynamic-capsules", "dynamic-routing",
      text: "the network of dynamic routing is dynamic-capsules, and dynamic-capsules-small ships trained"),
    .init(
      "matrix-caps", "em-caps", "em-routing", "capsule", "caps",
      text: "matrix capsules with EM routing are matrix-capsules-small, which ships trained, and matrix-capsules-full"),
    .init(
      "resnet", "wide-resnet", "wrn", "preact", "vgg", "densenet", "alexnet", "lenet", "mobilenet", "efficientnet",
      "vit",
      "deit", "swin", "convnext", "inception", "googlenet", "mlp",
      text: "networks of that architecture can't be attacked here; the one without capsules is cnn"),
  ]
}
