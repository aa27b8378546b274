import Datasets
import Diagnostics
import Testing

@Suite struct DatasetNameTests {
  @Test(
    arguments: [
      ("fmnist", "fashion-mnist"), ("FashionMNIST", "fashion-mnist"), ("fashion_mnist", "fashion-mnist"),
      ("MNIST", "mnist"),
      ("cifar10", "cifar-10"), ("CIFAR-10", "cifar-10"), ("smallNORB", "smallnorb"), ("small_norb_48", "smallnorb-48"),
      ("ToyNORB", "toynorb"), ("cifar100", "cifar-100"), ("imagenet", nil), ("nmist", nil),
    ] as [(String, String?)])
  func dataSets(name: String, canonical: String?) { #expect(DatasetCatalog.vocabulary.name(for: name) == canonical) }

  @Test(arguments: [("svhn", ".npz"), ("ImageNet", ".npz"), ("nmist", "did you mean mnist"), ("toynrb", "toynorb")])
  func dataSetsThatAreNotThere(name: String, advice: String) {
    let error = #expect(throws: InputError.self) { _ = try DatasetCatalog().load(name) }
    #expect(error?.kind == .dataset && error?.remedy.contains(advice) == true, "\(error?.remedy ?? "")")
  }

  @Test func aDataSetIsRecordedByItsOwnName() throws {
    #expect(try DatasetCatalog().load("Fashion_MNIST_1000").name == "fashion-mnist-1000")
  }

  @Test(
    arguments: [("training", "train"), ("Train", "train"), ("TEST", "test"), ("validation", nil)] as [(String, String?)]
  )
  func splits(name: String, canonical: String?) { #expect(Dataset.Split.vocabulary.name(for: name) == canonical) }
}
