public import Diagnostics

extension DatasetCatalog {
  /// What data sets are called, here and elsewhere.
  public static let vocabulary = Vocabulary(
    "data set", names: names,
    synonyms: [
      "fmnist": KnownDataset.fashionMNIST.name, "cifar": KnownDataset.cifar10.name, "digits": KnownDataset.mnist.name,
      "small-norb-48": KnownDataset.smallNORB48.name,
    ],
    hints: [
      .init(
        "imagenet", "tiny-imagenet", "svhn", "emnist", "kmnist", "qmnist", "usps", "stl", "celeba",
        "gtsrb",
        "coco", "medmnist",
        text:
          "it is not among those that are read by name; its images and labels as an .npz file, or as a folder "
          + "of PNG or JPEG files for each class, are: "
          + Setting.dataset.set(to: "FILE.npz"))
    ])
}

extension Dataset.Split {
  /// What splits are called, here and elsewhere.
  public static let vocabulary = Vocabulary(
    "split", names: allCases.map(\.rawValue),
    synonyms: ["training": train.rawValue, "testing": test.rawValue, "t10k": test.rawValue],
    hints: [
      .init(
        "val", "dev", "holdout",
        text: "data sets here have no validation images of their own; `\(Action.holdOutImages)` holds some out"),
      .init("all", "both", "full", "whole", text: "a command takes one split"),
    ])
}
