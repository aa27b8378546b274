import Datasets
import Files
import Foundation
import Tensors

extension Dataset {
  /// SHA-256 of everything that says which images these are, in which order.
  var identity: String {
    let ids = ids.map(String.init).joined(separator: ",")
    return Checksum.sha256(of: Data("\(name) \(split.rawValue) \(sha256) \(shape) \(ids)".utf8))
  }

  /// `count` images, as balanced over the classes as can be, drawn at random: the files of NORB are in an order, so that
  /// the first ones show few toys from few sides. All of them, in file order, if there are no more.
  func sample(_ count: Int, seed: UInt64 = 1) -> Dataset {
    guard count < self.count else { return self }
    // "sample" as a number keeps these draws apart from all others.
    var stream = RandomStream(seed: seed, 0x7361_6D70_6C65)
    return subset(at: stream.permutation(of: self.count)).first(count)
  }
}
