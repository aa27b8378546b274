/// How much memory a file may make us take: some multiples of its own size, so that no small file
/// can ask for much.
package final class ReadingAllowance {
  /// What a file may take beyond multiples of its size: 256 MiB.
  package static let surplus = 1 << 28
  /// Quantised weights take more here than in the file: those of four bits sixteen times as much.
  private static let multiple = 20
  /// The most that the sizes of all files add: 8 GiB.
  static let maximumSize = 1 << 33

  private var size: Int
  private var taken = 0

  /// - Parameter size: of the file in bytes.
  package init(fileSize size: Int) { self.size = min(size, Self.maximumSize) }

  private var limit: Int { Self.multiple * size + Self.surplus }

  /// Adds the size of a file beside the model's that holds weights of it.
  func add(fileSize: Int) { size = min(size + min(fileSize, Self.maximumSize), Self.maximumSize) }

  /// Accounts for `bytes` that are about to be taken.
  /// - Throws: `ModelFailure` if these are too many.
  package func take(_ bytes: Int) throws {
    let (sum, overflow) = taken.addingReportingOverflow(bytes)
    guard !overflow, sum <= limit else {
      throw ModelFailure(
        "what its \(size) bytes describe would take more than \(limit >> 20) MiB of memory",
        remedy: "export a smaller model, and one that is not quantised")
    }
    taken = sum
  }
}
