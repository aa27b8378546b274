import Diagnostics
import Tensors

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
  var format = Format.idx
  /// What it is a smaller version of; `nil` if it is an original.
  var reduction: Reduction?

  /// A data set whose images are downsampled.
  struct Reduction: Sendable {
    /// The name of the original.
    let original: String
    /// The side of the squares of pixels that become one.
    let factor: Int
  }

  /// How its files are called and read.
  enum Format: Sendable {
    case idx, smallNORB, toyNORB, norb, cifar10, cifar100
  }

  /// Whether other data sets have files of the same names.
  var sharesFileNames: Bool { format == .idx && !isShipped }
  /// Whether files of these names may be anything at all, so that a folder has to be called as the data set is.
  var hasCommonFileNames: Bool { sharesFileNames || format == .cifar100 }

  /// The files of `split` in `folder`; `nil` if there are none.
  /// - Throws: `InputError(.dataset)` if some are there and others are missing.
  func files(_ split: Dataset.Split, in folder: String) throws -> (any SplitFiles)? {
    switch format {
    case .idx: try IDXFiles(split, in: folder)
    case .smallNORB: try SmallNORBFiles(split, in: folder)
    // What a kill left incomplete is rendered again.
    case .toyNORB: try? SmallNORBFiles(split, in: folder, prefix: .toyNORB)
    case .norb: try NORBFiles(split, in: folder)
    case .cifar10: try CIFAR10Files(split, in: folder)
    case .cifar100: CIFAR100Files(split, in: folder)
    }
  }

  /// What the files of `split` in `folder` hold, downsampled if this is a smaller version.
  /// - Throws: `InputError` if a file can't be read, is not of its format, or does not belong to the others.
  func load(_ files: any SplitFiles, _ split: Dataset.Split) throws -> Dataset {
    let dataset = try files.load(self, split)
    guard let factor = reduction?.factor else { return dataset }
    guard dataset.shape[1] % factor == 0, dataset.shape[2] % factor == 0 else {
      throw InputError(
        .dataset, files.images,
        "holds images of \(dataset.shape), which can't be divided into squares of \(factor)×\(factor) pixels",
        remedy: "ask for \(reduction!.original) instead")
    }
    return dataset.downsampled(by: factor)
  }

  /// This data set under another name, its images downsampled by `factor`.
  func downsampled(by factor: Int, name: String) -> KnownDataset {
    KnownDataset(
      name: name, folders: folders, splits: splits, classNames: classNames, attribution: attribution, remedy: remedy,
      isShipped: isShipped, format: format, reduction: Reduction(original: self.name, factor: factor))
  }

  static let all = [
    shippedSubset, fashionMNIST, mnist, smallNORB, smallNORB48, toyNORB, toyNORB48, norb, cifar10, cifar100,
  ]
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
    remedy: "on Debian and Ubuntu: apt-get install dataset-fashion-mnist; elsewhere give "
      + "\(Setting.data.set(to: "DIR")) or ROBUST_DATA",
    isShipped: false)

  static let mnist = KnownDataset(
    name: "mnist", folders: ["mnist", "MNIST"], splits: [.train, .test], classNames: (0...9).map(String.init),
    attribution: "MNIST (LeCun, Cortes, Burges 1998)",
    remedy: "put its four IDX files into a folder called mnist, and give the folder by "
      + "\(Setting.data.set(to: "DIR")) or ROBUST_DATA",
    isShipped: false)

  static let smallNORB = KnownDataset(
    name: "smallnorb", folders: ["smallnorb", "small_norb", "smallNORB"], splits: [.train, .test],
    classNames: ["animal", "human", "airplane", "truck", "car"],
    attribution: "smallNORB (LeCun, Huang, Bottou 2004), for research only",
    remedy: "put its six files smallnorb-5x….mat into a folder called smallnorb, and give the folder by "
      + "\(Setting.data.set(to: "DIR")) or ROBUST_DATA",
    isShipped: false, format: .smallNORB)

  static let toyNORB = KnownDataset(
    name: ToyNORBRelease.name, folders: [ToyNORBRelease.folder], splits: [.train, .test],
    classNames: ToyNORBRelease.classNames, attribution: ToyNORBRelease.attribution,
    remedy: "render it by `\(Action.renderToyNORB)`", isShipped: false, format: .toyNORB)

  /// At the same size.
  static let toyNORB48 = toyNORB.downsampled(by: 2, name: "toynorb-48")

  /// The size at which the paper's networks are given it (Hinton, Sabour & Frosst 2018, §5).
  static let smallNORB48 = smallNORB.downsampled(by: 2, name: "smallnorb-48")

  static let norb = KnownDataset(
    name: "norb", folders: ["norb", "NORB"], splits: [.train, .test], classNames: smallNORB.classNames + ["blank"],
    attribution: "NORB, jittered and cluttered (LeCun, Huang, Bottou 2004), for research only",
    remedy: "put its files norb-5x….mat, or the first parts of them, into a folder called norb, and give the folder by "
      + "\(Setting.data.set(to: "DIR")) or ROBUST_DATA",
    isShipped: false, format: .norb)

  static let cifar100 = KnownDataset(
    name: "cifar-100", folders: ["cifar-100", "cifar100", "cifar-100-binary"], splits: [.train, .test],
    classNames: CIFAR100Files.classNames, attribution: "CIFAR-100 (Krizhevsky 2009)",
    remedy: "put its binary version, train.bin and test.bin, into a folder called cifar-100, and give the folder by "
      + "\(Setting.data.set(to: "DIR")) or ROBUST_DATA",
    isShipped: false, format: .cifar100)

  static let cifar10 = KnownDataset(
    name: "cifar-10", folders: ["cifar-10", "cifar10", "cifar-10-batches-bin"], splits: [.train, .test],
    classNames: ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"],
    attribution: "CIFAR-10 (Krizhevsky 2009)",
    remedy: "put its binary version, data_batch_1.bin to data_batch_5.bin and test_batch.bin, into a folder called "
      + "cifar-10, and give the folder by \(Setting.data.set(to: "DIR")) or ROBUST_DATA",
    isShipped: false, format: .cifar10)
}
