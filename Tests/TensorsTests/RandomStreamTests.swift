import Foundation
import Tensors
import Testing

@Suite struct RandomStreamTests {
  /// Known answers of Random123 (Salmon et al., `kat_vectors`, philox4x32 10).
  @Test(
    arguments: [
      ([0, 0, 0, 0], [0, 0], [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]),
      (
        [0xffff_ffff, 0xffff_ffff, 0xffff_ffff, 0xffff_ffff], [0xffff_ffff, 0xffff_ffff],
        [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]
      ),
      (
        [0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344], [0xa409_3822, 0x299f_31d0],
        [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1]
      ),
    ] as [([UInt32], [UInt32], [UInt32])])
  func philoxKnownAnswers(_ counter: [UInt32], _ key: [UInt32], _ expected: [UInt32]) {
    let block = RandomStream.philox((counter[0], counter[1], counter[2], counter[3]), key: (key[0], key[1]))
    #expect([block.0, block.1, block.2, block.3] == expected)
  }

  @Test func dependsOnEverySegmentOfItsPath() {
    let first = { (stream: RandomStream) -> UInt64 in
      var stream = stream
      return stream.next()
    }
    let streams = [
      RandomStream(seed: 1), RandomStream(seed: 2), RandomStream(seed: 1, 0), RandomStream(seed: 1, 1),
      RandomStream(seed: 1, 0, 1), RandomStream(seed: 1, 1, 0), RandomStream(seed: 1, 0, 0),
    ]
    #expect(Set(streams.map(first)).count == streams.count)
    #expect(first(RandomStream(seed: 1, 2, 3)) == first(RandomStream(seed: 1, 2, 3)))
  }

  @Test func copiesContinueAlike() {
    var a = RandomStream(seed: 5)
    _ = a.next()
    var b = a
    #expect((0..<5).map { _ in a.next() } == (0..<5).map { _ in b.next() })
  }

  @Test func momentsOfUniformAndNormal() {
    var stream = RandomStream(seed: 11)
    let count = 100_000
    let uniforms = (0..<count).map { _ in Double(stream.uniform()) }
    #expect(uniforms.allSatisfy { $0 >= 0 && $0 < 1 })
    // Five standard errors: σ/√n with σ² = 1/12, then 1.
    #expect(abs(uniforms.reduce(0, +) / Double(count) - 0.5) < 5 * (1 / 12.0).squareRoot() / 316)
    let normals = (0..<count).map { _ in Double(stream.normal()) }
    #expect(abs(normals.reduce(0, +) / Double(count)) < 5 / 316.0)
    #expect(abs(normals.reduce(0) { $0 + $1 * $1 } / Double(count) - 1) < 5 * 2.0.squareRoot() / 316)
    let truncated = (0..<10_000).map { _ in stream.truncatedNormal() }
    #expect(truncated.allSatisfy { abs($0) <= 2 } && truncated.contains { abs($0) > 1.5 })
  }

  @Test func permutationHoldsEachIndexOnce() {
    var stream = RandomStream(seed: 3)
    let order = stream.permutation(of: 1000)
    #expect(order.sorted() == Array(0..<1000))
    #expect(order != Array(0..<1000))
  }
}
