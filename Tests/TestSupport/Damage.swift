public import Foundation

/// Damaged copies of a sound file, the same ones every time.
public enum Damage {
  /// Every prefix if the file is short, else `count` of them spread evenly; never the whole.
  public static func truncations(of data: Data, count: Int) -> [Data] {
    let lengths = data.count <= count ? Array(0..<data.count) : (0..<count).map { $0 * data.count / count }
    return lengths.map { Data(data.prefix($0)) }
  }

  /// `count` copies with 1 to 8 bits flipped, half of the flips among the first 64 bytes, where headers are.
  public static func bitFlips(of data: Data, count: Int, seed: UInt64) -> [Data] {
    var generator = SplitMix(state: seed)
    return (0..<count).map { _ in
      var copy = data
      for _ in 0..<Int.random(in: 1...8, using: &generator) {
        let end = Bool.random(using: &generator) ? min(64, data.count) : data.count
        copy[Int.random(in: 0..<end, using: &generator)] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
      }
      return copy
    }
  }

  /// `count` copies in which up to 64 bytes, and sometimes a part of the file elsewhere, stand in the place of others.
  public static func overwrites(of data: Data, count: Int, seed: UInt64) -> [Data] {
    var generator = SplitMix(state: seed)
    return (0..<count).map { index in
      var copy = data
      let length = min(index % 2 == 0 ? Int.random(in: 1...64, using: &generator) : 4096, data.count)
      let start = Int.random(in: 0...data.count - length, using: &generator)
      let source = Int.random(in: 0...data.count - length, using: &generator)
      let bytes =
        switch index % 3 {
        case 0: Data(repeating: [0, 0xff, 0x7f][index / 3 % 3], count: length)
        case 1: data.subdata(in: source..<source + length)
        default: Data((0..<length).map { _ in UInt8.random(in: 0...255, using: &generator) })
        }
      copy.replaceSubrange(start..<start + length, with: bytes)
      return copy
    }
  }

  /// `count` copies, each damaged in one way: cut off, with bits flipped, with a number made huge, with a piece left out,
  /// doubled or moved, or with a digit of a text changed.
  public static func mutations(of data: Data, count: Int, seed: UInt64) -> some Sequence<Data> {
    var generator = SplitMix(state: seed)
    return (0..<count).lazy.map { _ in mutation(of: data, &generator) }
  }

  private static func mutation(of data: Data, _ generator: inout SplitMix) -> Data {
    var copy = data
    // Half of the damage among the first 128 bytes or the last 64, where headers and directories are.
    let start =
      switch Int.random(in: 0..<4, using: &generator) {
      case 0: Int.random(in: 0..<min(128, data.count), using: &generator)
      case 1: Int.random(in: max(0, data.count - 64)..<data.count, using: &generator)
      default: Int.random(in: 0..<data.count, using: &generator)
      }
    let piece = start..<min(data.count, start + Int.random(in: 1...16, using: &generator))
    switch Int.random(in: 0..<8, using: &generator) {
    case 0: copy = data.prefix(Int.random(in: 0..<data.count, using: &generator))
    case 1: return bitFlips(of: data, count: 1, seed: generator.next())[0]
    case 2: copy.replaceSubrange(piece, with: repeatElement(0xFF, count: piece.count))
    case 3: copy.replaceSubrange(piece, with: repeatElement(0, count: piece.count))
    case 4: copy.removeSubrange(piece)
    case 5: copy.insert(contentsOf: data[piece], at: start)
    case 6:
      let digits = data.indices.filter { (0x30...0x39).contains(data[$0]) }
      guard let digit = digits.randomElement(using: &generator) else {
        copy[start] &+= 1
        break
      }
      let longer = (0..<Int.random(in: 1...19, using: &generator)).map { _ in UInt8(ascii: "9") }
      copy.replaceSubrange(digit...digit, with: longer)
    default:
      copy.removeSubrange(piece)
      copy.insert(contentsOf: data[piece], at: Int.random(in: 0...copy.count, using: &generator))
    }
    return Data(copy)
  }

  /// SplitMix64 (Steele, Lea, Flood 2014).
  private struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var z = state
      z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
      return z ^ (z >> 31)
    }
  }
}

extension Data {
  /// The bytes written in hexadecimal, blanks between them allowed.
  public init(hex: String) {
    let digits = hex.filter { !$0.isWhitespace }.map { UInt8($0.hexDigitValue!) }
    self.init(stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] })
  }
}
