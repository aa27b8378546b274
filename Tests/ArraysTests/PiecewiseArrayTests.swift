import Arrays
import Foundation
import Testing

/// Files whose arrays come piece by piece have the bytes of those made in memory.
@Suite struct PiecewiseArrayTests {
  static let arrays = [
    ("images", NumericArray((0..<600).map { Float($0) / 7 }, shape: [3, 2, 100])),
    ("labels", NumericArray([1, -2, 3])), ("bytes", NumericArray([UInt8](0...255), shape: [256])),
    ("none", NumericArray([UInt8](), shape: [0, 4])),
  ]

  private func piecewise(_ array: NumericArray, _ size: Int) -> PiecewiseArray {
    PiecewiseArray(array.element, shape: array.shape) { body in
      for start in stride(from: 0, to: array.bytes.count, by: size) {
        try body(Data(array.bytes.dropFirst(start).prefix(size)))
      }
    }
  }

  private func collected(_ encode: ((Data) throws -> Void) throws -> Void) throws -> Data {
    var data = Data()
    try encode { data += $0 }
    return data
  }

  @Test(arguments: [1, 7, 1000, 1 << 20])
  func bytesDoNotDependOnPieces(size: Int) throws {
    let pieces = Self.arrays.map { (name: $0.0, array: piecewise($0.1, size)) }
    for (whole, piece) in zip(Self.arrays, pieces) {
      #expect(try collected { try NPY.encode(piece.array, $0) } == NPY.encoded(whole.1))
    }
    #expect(try collected { try NPZ.encode(pieces, $0) } == NPZ.encoded(Self.arrays.map { ($0.0, $0.1) }))
    let metadata = ["note": "ü"]
    #expect(
      try collected { try SafeTensors.encode(pieces, metadata: metadata, $0) }
        == SafeTensors.encoded(Self.arrays.map { ($0.0, $0.1) }, metadata: metadata))
  }
}
