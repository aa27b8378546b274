import Datasets
import Foundation
import Tensors
import Testing

@Suite struct DatasetTests {
  /// Five images of one channel, 1×2 pixels.
  let dataset = Dataset(
    name: "five", split: .test, shape: [1, 1, 2], bytes: Data([0, 1, 2, 3, 4, 5, 6, 7, 255, 51]),
    labels: [0, 0, 1, 0, 1], ids: [10, 11, 12, 13, 14], classNames: ["a", "b", "c"], sha256: "hash", attribution: "us")

  @Test func imagesAreBytesOver255() {
    let images = dataset.images(at: [4, 0])
    #expect(images.shape == [2, 1, 1, 2])
    #expect(images.scalars == [255, 51, 0, 1].map { $0 / 255 as Float })
    #expect(dataset.images(at: 1..<3).scalars == [2, 3, 4, 5].map { $0 / 255 as Float })
    #expect(dataset.pixels(at: 3) == [6, 7])
    #expect(dataset.labels(at: [2, 0]) == [1, 0])
  }

  @Test func bytesMayBeASliceOfAFile() {
    let file = Data([9, 9, 9, 1, 2])
    let one = Dataset(
      name: "one", split: .test, shape: [1, 1, 2], bytes: file.dropFirst(3), labels: [0], classNames: ["a"], sha256: "",
      attribution: "")
    #expect(one.pixels(at: 0) == [1, 2] && one.ids == [0])
    #expect(one.subset(at: [0]).pixels(at: 0) == [1, 2])
  }

  @Test func balancedOrderTakesAClassInTurn() {
    #expect(dataset.balancedOrder() == [0, 2, 1, 4, 3])
    let three = dataset.first(3)
    #expect(three.labels == [0, 1, 0] && three.ids == [10, 12, 11])
    #expect(three.pixels(at: 1) == [4, 5])
    #expect(three.sha256 == "hash" && three.classNames == ["a", "b", "c"])
    #expect(dataset.first(100).ids == [10, 12, 11, 14, 13])
    #expect(dataset.first(0).count == 0)
  }

  /// One that takes few images holds a copy of them, one that takes many does not.
  @Test(arguments: [[3], [4, 1], [2, 0, 4], [4, 3, 2, 1, 0], [1, 1, 1, 1, 1, 1]])
  func aSubsetHoldsTheImagesAtItsPositions(positions: [Int]) {
    let subset = dataset.subset(at: positions)
    #expect(subset.ids == positions.map { 10 + $0 } && subset.labels == dataset.labels(at: positions))
    #expect(subset.images(at: subset.labels.indices) == dataset.images(at: positions))
    for (index, position) in positions.enumerated() {
      #expect(subset.pixels(at: index) == dataset.pixels(at: position))
      let one = subset.subset(at: [index])
      #expect(one.pixels(at: 0) == dataset.pixels(at: position) && one.ids == [10 + position])
    }
  }
}
