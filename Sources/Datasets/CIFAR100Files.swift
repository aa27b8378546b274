import Diagnostics
import Files
import Foundation
import Tensors

/// The file of one split of CIFAR-100, with its 100 classes; the 20 superclasses are left aside.
struct CIFAR100Files: SplitFiles {
  let images: String
  private let count: Int
  private let names: String?

  /// The file of `split` in `folder` under its official name, `train.bin` or `test.bin`, plain, `.gz` or `.zst`; `nil` if there
  /// is none.
  init?(_ split: Dataset.Split, in folder: String) {
    guard let path = Self.find("\(folder)/\(split == .train ? "train" : "test").bin") else { return nil }
    images = path
    count = split == .train ? 50_000 : 10_000
    names = Self.find("\(folder)/fine_label_names.txt")
  }

  func load(_ known: KnownDataset, _ split: Dataset.Split) throws -> Dataset {
    let batch = try CIFARBatch.read(images, .hundred, count: count)
    return Dataset(
      name: known.name, split: split, shape: [3, 32, 32], bytes: batch.pixels, labels: batch.labels,
      classNames: try classNames() ?? known.classNames, sha256: Checksum.sha256(of: batch.file),
      attribution: known.attribution)
  }

  /// As the file that comes with the images lists them.
  private func classNames() throws -> [String]? {
    guard let names else { return nil }
    let listed = try PictureFiles.text(names).split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
      .filter { !$0.isEmpty }
    guard listed.count == Self.classNames.count else {
      throw InputError(
        .dataset, names, "lists \(listed.count) classes of \(Self.classNames.count)",
        remedy: "get the file again, or take it away: the names are known")
    }
    return listed
  }

  /// In the order of their labels, which is that of the alphabet.
  static let classNames = """
    apple aquarium_fish baby bear beaver bed bee beetle bicycle bottle bowl boy bridge bus butterfly camel can
    castle caterpillar cattle chair chimpanzee clock cloud cockroach couch crab crocodile cup dinosaur dolphin
    elephant flatfish forest fox girl hamster house kangaroo keyboard lamp lawn_mower leopard lion lizard lobster
    man maple_tree motorcycle mountain mouse mushroom oak_tree orange orchid otter palm_tree pear pickup_truck
    pine_tree plain plate poppy porcupine possum rabbit raccoon ray road rocket rose sea seal shark shrew skunk
    skyscraper snail snake spider squirrel streetcar sunflower sweet_pepper table tank telephone television tiger
    tractor train trout tulip turtle wardrobe whale willow_tree wolf woman worm
    """
    .split(whereSeparator: \.isWhitespace).map(String.init)
}
