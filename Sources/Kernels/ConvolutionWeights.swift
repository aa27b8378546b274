internal import COneDNN
import Synchronization
package import Tensors

/// Weights that stay the same from call to call, in the layouts that oneDNN's convolutions want: copied once for each.
///
/// Whoever calls must give it the elements of `tensor` itself: it keeps the tensor, so that no other can lie in its place.
package final class ConvolutionWeights: Sendable {
  private let tensor: Tensor
  private let copies = Mutex<[ConvolutionPrimitive.Key: BlockedWeights]>([:])

  package init(_ tensor: Tensor) { self.tensor = tensor }

  /// Whether `values` are the elements that this knows.
  func matches(_ values: UnsafePointer<Float>) -> Bool {
    tensor.withUnsafeBuffer { $0.baseAddress == values }
  }

  /// The copy for primitives of `key`, which `make` makes if there is none.
  func copy(for key: ConvolutionPrimitive.Key, _ make: () -> BlockedWeights) -> BlockedWeights {
    copies.withLock { copies in
      if let copy = copies[key] { return copy }
      let copy = make()
      copies[key] = copy
      return copy
    }
  }
}

/// Weights in a primitive's own layout. `@unchecked Sendable`: nobody writes after it is made.
final class BlockedWeights: @unchecked Sendable {
  let memory: dnnl_memory_t

  init(_ memory: dnnl_memory_t) { self.memory = memory }

  deinit { dnnl_memory_destroy(memory) }
}
