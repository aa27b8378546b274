/// A data set that the catalogue knows by name.
struct KnownDataset: Sendable {
  let name: String
  /// Names of folders that hold it: ours, and those of other tools.
  let folders: [String]
  let splits: [Dataset.Split]
  let classNames: [String]
  let attribution: String
  /// How the user gets it.
  let remedy: String
  /// Whether it ships with the program.
  let isShipped: Bool

  static let all = [shippedSubset, fashionMNIST, mnist]
  static var names: String { all.map(\.name).joined(separator: ", ") }

  static let shippedSubset = KnownDataset(
    name: "fashion-mnist-1000", folders: [], splits: [.test], classNames: fashionMNIST.classNames,
    attribution: "\(fashionMNIST.attribution). The first 100 test images of each class", remedy: "", isShipped: true)

  static let fashionMNIST = KnownDataset(
    name: "fashion-mnist", folders: ["fashion-mnist", "fashion_mnist", "FashionMNIST"], splits: [.train, .test],
    classNames: [
      "T-shirt/top", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot",
    ],
    attribution: "Fashion-MNIST (Xiao, Rasul, Vollgraf 2017), © 2017 Zalando SE, MIT licence",
    remedy: "on Debian and Ubuntu: apt-get install dataset-fashion-mnist; elsewhere give --data DIR or ROBUST_DATA",
    isShipped: false)

  static let mnist = KnownDataset(
    name: "mnist", folders: ["mnist", "MNIST"], splits: [.train, .test], classNames: (0...9).map(String.init),
    attribution: "MNIST (LeCun, Cortes, Burges 1998)",
    remedy: "put its four IDX files into a folder called mnist, and give the folder by --data DIR or ROBUST_DATA",
    isShipped: false)
}
