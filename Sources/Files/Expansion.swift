/// How large a compressed file may become.
///
/// Images and weights shrink by a factor of ten, drawings of few strokes by a hundred. A file that claims far more was made to
/// fill the memory of whoever reads it.
public enum Expansion {
  /// So many bytes are always read.
  public static let free = 1 << 26
  /// Beyond them, so many for each compressed one.
  public static let ratio = 250

  /// The most bytes that `packed` compressed ones may become.
  public static func limit(ofPacked packed: Int) -> Int {
    max(free, packed.multipliedReportingOverflow(by: ratio).overflow ? .max : packed * ratio)
  }
}
