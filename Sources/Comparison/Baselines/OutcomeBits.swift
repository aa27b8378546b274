/// Yes and no as hexadecimal digits, four to a digit, the first in its highest bit: yes, no, no, yes, yes is `98`.
enum OutcomeBits {
  static func hexadecimal(_ bits: [Bool]) -> String {
    let digits = Array("0123456789abcdef".utf8)
    return String(
      decoding: stride(from: 0, to: bits.count, by: 4).map { start in
        digits[(0..<4).reduce(0) { 2 * $0 + (start + $1 < bits.count && bits[start + $1] ? 1 : 0) }]
      }, as: UTF8.self)
  }

  /// The first `count` of them; nil if `text` holds another number of digits, or anything after the last is yes.
  static func parse(_ text: String, count: Int) -> [Bool]? {
    guard count >= 0, text.utf8.count == count / 4 + (count % 4 == 0 ? 0 : 1) else { return nil }
    var bits: [Bool] = []
    bits.reserveCapacity(4 * text.utf8.count)
    for digit in text.utf8 {
      let value: UInt8
      switch digit {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): value = digit - UInt8(ascii: "0")
      case UInt8(ascii: "a")...UInt8(ascii: "f"): value = digit - UInt8(ascii: "a") + 10
      default: return nil
      }
      for shift in [3, 2, 1, 0] as [UInt8] { bits.append(value >> shift & 1 == 1) }
    }
    guard bits[count...].allSatisfy({ !$0 }) else { return nil }
    bits.removeLast(bits.count - count)
    return bits
  }
}

/// Ascending image numbers as ranges, `0-41,43`, on lines of at most about 100 characters.
enum ImageRanges {
  static func lines(_ images: [Int]) -> [String] {
    var lines: [String] = []
    var line = ""
    var start = images.startIndex
    while start < images.endIndex {
      var end = start
      while end + 1 < images.endIndex, images[end + 1] == images[end] + 1 { end += 1 }
      let range = start == end ? "\(images[start])" : "\(images[start])-\(images[end])"
      if !line.isEmpty, line.utf8.count + range.utf8.count > 100 {
        lines.append(line)
        line = ""
      }
      line += line.isEmpty ? range : ",\(range)"
      start = end + 1
    }
    return line.isEmpty ? lines : lines + [line]
  }

  /// Exactly `count` ascending numbers; nil for anything else, which is found out before they are listed.
  static func parse(_ lines: [String], count: Int) -> [Int]? {
    var ranges: [ClosedRange<Int>] = []
    var total = 0
    for piece in lines.joined(separator: ",").split(separator: ",", omittingEmptySubsequences: false) {
      let ends = piece.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
      guard (1...2).contains(ends.count), let first = ends[0], let last = ends[ends.count - 1], first >= 0,
        last >= first, ranges.last.map({ first > $0.upperBound }) ?? true
      else { return nil }
      let (width, overflow) = (last - first).addingReportingOverflow(1)
      guard !overflow, width <= count - total else { return nil }
      ranges.append(first...last)
      total += width
    }
    return total == count ? ranges.flatMap { Array($0) } : nil
  }
}
