import Diagnostics
import Models
import Testing

@Suite struct ModelNameTests {
  @Test(arguments: [
    ("CNN", "cnn"), ("Matrix_Capsules_Small", "matrix-capsules-small"), ("cnn-ToyNORB", "cnn-toynorb"),
    ("matrixcapsulesfull", "matrix-capsules-full"), ("./CNN", "./CNN"), ("CNN.safetensors", "CNN.safetensors"),
    ("resnet18", "resnet18"),
  ])
  func canonicalNames(name: String, canonical: String) { #expect(ModelCatalog.canonicalName(name) == canonical) }

  @Test(arguments: [
    ("capsnet", "dynamic-capsules-small"), ("CapsNet", "dynamic-capsules-small"),
    ("matrix-capsules", "matrix-capsules-small"),
    ("resnet18", "cnn"), ("ViT-B/16.x", "nothing"), ("cnnn", "did you mean cnn"), ("capsules", "matrix-capsules-small"),
  ])
  func namesOfOthers(name: String, advice: String) {
    let error = #expect(throws: InputError.self) { _ = try ModelCatalog.load(name) }
    // A path is a path.
    #expect(name.contains("/") || error?.remedy.contains(advice) == true, "\(error?.remedy ?? "")")
    #expect(error?.kind == .model || name.contains("/"))
  }

  @Test func presets() throws {
    #expect(try ModelCatalog.Preset(parsing: "Dynamic-Capsules") == .dynamicCapsules)
    let error = #expect(throws: InputError.self) { try ModelCatalog.Preset(parsing: "wrn-28-10") }
    #expect(error?.kind == .model && error?.remedy.contains("cnn") == true)
  }
}
