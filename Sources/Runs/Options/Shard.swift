public import Diagnostics

/// One part of a sweep that several processes or machines share: every `count`-th chunk of its work.
///
/// Chunks are dealt out in turn, so that each part has its share of every model. They are the chunks of the whole sweep,
/// whatever the number of parts: a part makes the records that the whole sweep makes.
public struct Shard: Sendable, Hashable, CodedAsText {
  /// From 1 to `count`.
  public let index: Int
  public let count: Int

  public static let maximumCount = 100_000

  /// - Precondition: `index` is from 1 to `count`.
  public init(_ index: Int, of count: Int) {
    precondition((1...Self.maximumCount).contains(count) && (1...count).contains(index), "Shard: \(index)/\(count)")
    self.index = index
    self.count = count
  }

  /// Reads `2/7`.
  /// - Throws: `InputError` of kind `.usage` for anything else, or a number that is not from 1 to the count.
  public init(parsing text: String) throws {
    let numbers = text.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
    guard numbers.count == 2, let index = numbers[0], let count = numbers[1] else {
      throw InputError(
        .usage, .shard, "“\(text)” is not a part such as 2/7", remedy: "write NUMBER/COUNT, counted from 1")
    }
    guard (1...Self.maximumCount).contains(count), (1...count).contains(index) else {
      throw InputError(
        .usage, .shard, "there is no part \(index) of \(count)",
        remedy: "number \(Self.maximumCount) parts or fewer from 1: "
          + ["1/3", "2/3", "3/3"].map { Setting.shard.set(to: $0) }.joined(separator: ", "))
    }
    self.init(index, of: count)
  }

  public var description: String { "\(index)/\(count)" }

  /// Whether the chunk `number`, counted from 0 over all models, is of this part.
  public func includes(chunk number: Int) -> Bool { number % count == index - 1 }
}
