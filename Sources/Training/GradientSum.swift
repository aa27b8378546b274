import Autodiff
import Tensors

/// The sum over chunks of one parameter's gradients, computed slice by slice: it is never in memory as a whole.
struct GradientSum: Sendable {
  private enum Terms {
    case tensors([Tensor])
    case product(WeightProduct)
  }

  private let terms: Terms
  /// Into how many elements to divide the work among threads: whole rows of a product.
  let sliceLength: Int

  /// The sum of `gradients`, of one parameter by the images of one chunk each, in the order of the chunks.
  init(_ gradients: [ParameterGradient]) {
    let products = gradients.compactMap { if case .product(let product) = $0 { product } else { nil } }
    if !products.isEmpty, products.count == gradients.count {
      let product = WeightProduct.sum(products)
      let columns = max(product.shape[1], 1)
      terms = .product(product)
      // Many rows make the multiplication efficient; a slice must fit the second-level cache with what Adam keeps.
      sliceLength = max(16, Self.targetLength / columns / 16 * 16) * columns
    } else {
      terms = .tensors(gradients.map(\.tensor))
      sliceLength = Self.targetLength
    }
  }

  private static let targetLength = 1 << 16
  /// Elements whose sum over tensors stays in the first-level cache.
  private static let blockLength = 2048

  /// Hands the sums of the elements in `range`, a slice, to `body`, a block at a time with the index of its first element.
  func forEachBlock(of range: Range<Int>, _ body: (Int, UnsafeBufferPointer<Float>) -> Void) {
    switch terms {
    case .product(let product):
      let columns = product.shape[1]
      let rows = (range.lowerBound / columns)..<(range.upperBound / columns)
      let slice = Tensor(uninitialized: [rows.count, columns]) { product.write(rows: rows, to: $0) }
      slice.withUnsafeBuffer { body(range.lowerBound, $0) }
    case .tensors(let tensors):
      withUnsafeTemporaryAllocation(of: Float.self, capacity: Self.blockLength) { sum in
        for start in stride(from: range.lowerBound, to: range.upperBound, by: Self.blockLength) {
          let count = min(Self.blockLength, range.upperBound - start)
          for (position, tensor) in tensors.enumerated() {
            tensor.withUnsafeBuffer { gradient in
              let source = gradient.baseAddress! + start
              if position == 0 {
                for i in 0..<count { sum[i] = source[i] }
              } else {
                for i in 0..<count { sum[i] += source[i] }
              }
            }
          }
          body(start, UnsafeBufferPointer(rebasing: sum[..<count]))
        }
      }
    }
  }
}
