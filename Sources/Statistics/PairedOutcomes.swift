/// Two yes-or-no outcomes of each of some images: how many there are of each pair, and which images differ.
package struct PairedOutcomes {
  package let proportions: PairedProportions
  /// Images for which only the first outcome is yes, and only the second, in their order.
  package let onlyFirst: [Int]
  package let onlySecond: [Int]

  /// - Precondition: both have an outcome for each of `images`, in their order.
  package init(_ images: [Int], _ first: [Bool], _ second: [Bool]) {
    proportions = PairedProportions(first, second)
    onlyFirst = images.indices.filter { first[$0] && !second[$0] }.map { images[$0] }
    onlySecond = images.indices.filter { second[$0] && !first[$0] }.map { images[$0] }
  }
}
