import Foundation
import Tensors
import Testing

@Suite struct TensorTests {
  @Test func copyOnWrite() {
    let a = Tensor([1, 2, 3], shape: [3])
    var b = a
    var c = a.reshaped(to: [1, 3])
    b.add(a)
    c.withUnsafeMutableBuffer { $0[0] = 9 }
    #expect(a.scalars == [1, 2, 3])
    #expect(b.scalars == [2, 4, 6])
    #expect(c == Tensor([9, 2, 3], shape: [1, 3]))
  }

  @Test func soleOwnerWritesInPlace() {
    var a = Tensor([1, 2, 3], shape: [3])
    let before = a.withUnsafeBuffer { UInt(bitPattern: $0.baseAddress) }
    a.withMutableSpan { $0[1] = 5 }
    #expect(a.withUnsafeBuffer { UInt(bitPattern: $0.baseAddress) } == before)
    #expect(a.scalars == [1, 5, 3])
  }

  @Test func buffersAreAlignedAndDistinct() {
    for count in [1, 63, 64, 65, 100, 1000, 4097, 100_000] {
      let (a, b) = (Tensor(repeating: 1, shape: [count]), Tensor(repeating: 2, shape: [count]))
      #expect(a.withUnsafeBuffer { UInt(bitPattern: $0.baseAddress) % 64 } == 0)
      #expect(a.scalars.allSatisfy { $0 == 1 } && b.scalars.allSatisfy { $0 == 2 })
    }
  }

  @Test func rowsAndConcatenation() {
    let a = Tensor((0..<12).map(Float.init), shape: [4, 3])
    #expect(a.rows(1..<3) == Tensor([3, 4, 5, 6, 7, 8], shape: [2, 3]))
    #expect(a.rows(2..<2).shape == [0, 3])
    #expect(a.rows(at: [3, 0, 3]) == Tensor([9, 10, 11, 0, 1, 2, 9, 10, 11], shape: [3, 3]))
    #expect(Tensor.concatenated([a.rows(0..<1), a.rows(1..<4)]) == a)
    #expect(Tensor.concatenated([a.rows(2..<2), a]) == a)
  }

  @Test func argmaxTakesTheFirstOfEquals() {
    #expect(Tensor([1, 3, 3, 5, 5, 4, -1, -2, -1], shape: [3, 3]).argmaxOfRows() == [1, 0, 0])
    #expect(Tensor([7], shape: [1, 1]).argmaxOfRows() == [0])
    #expect(Tensor(shape: [0, 4]).argmaxOfRows() == [])
  }

  @Test func equalityLooksAtShapeAndNaN() {
    #expect(Tensor([1, 2], shape: [2]) != Tensor([1, 2], shape: [2, 1]))
    #expect(Tensor(.nan) != Tensor(.nan))
    #expect(Tensor(3).shape.rank == 0)
  }

  @Test func addIsScaled() {
    var a = Tensor([1, 2], shape: [2])
    a.add(Tensor([10, 20], shape: [2]), scaledBy: -0.5)
    #expect(a.scalars == [-4, -8])
  }

  @Test func mapRethrows() {
    struct Stop: Error {}
    #expect(throws: Stop.self) { try Tensor(1).map { _ in throw Stop() } }
    #expect(Tensor([1, 2], shape: [2]).map { $0 * 2 }.scalars == [2, 4])
  }
}

@Suite struct ShapeTests {
  @Test func countsAndParts() {
    let shape: Shape = [2, 3, 4]
    #expect(shape.count == 24 && shape.rank == 3 && shape[1] == 3)
    #expect(shape.withoutBatch == [3, 4])
    #expect(shape.withoutBatch.batched(7) == [7, 3, 4])
    #expect("\(shape)" == "2×3×4" && "\(Shape([]))" == "scalar")
    #expect(Shape([]).count == 1 && Shape([0, 5]).count == 0)
  }

  @Test func codesAsAnArrayAndRefusesNonsense() throws {
    let shape: Shape = [2, 3]
    #expect(String(decoding: try JSONEncoder().encode(shape), as: UTF8.self) == "[2,3]")
    #expect(try JSONDecoder().decode(Shape.self, from: Data("[2,3]".utf8)) == shape)
    for text in ["[-1]", "[4611686018427387904,4]"] {
      #expect(throws: DecodingError.self) { try JSONDecoder().decode(Shape.self, from: Data(text.utf8)) }
    }
  }
}
