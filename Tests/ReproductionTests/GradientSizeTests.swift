import Reproduction
import Tensors
import Testing

@Suite struct GradientSizeTests {
  /// Two images of 1×2×3 of which the network sees the second row's last two pixels.
  @Test func countsZeros() {
    let gradient = Tensor([1, 0, -3, 0, 2, 0, 0, 0, 0, 0, 0, 0], shape: [2, 1, 2, 3])
    let size = GradientSize(gradient, inside: (1..<2, 1..<3))
    #expect(size.zeroShare == 9.0 / 12 && size.zeroShareInside == 3.0 / 4 && size.blankShare == 0.5)
    #expect(size.mean == 6.0 / 12 && size.meanInside == 2.0 / 4)
    let twice = size + size
    #expect(twice.zeroShare == size.zeroShare && twice.mean == size.mean && twice.blankShare == 0.5)
  }
}
