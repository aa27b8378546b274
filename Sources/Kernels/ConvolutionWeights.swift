internal import COneDNN
import Synchronization
package import Tensors

/// Weights that stay the same from call to call, in the layouts that oneDNN's convolutions want: copied once for each.
///
/// Whoever calls must give it the elements of `tensor` itself: it keeps the tensor, so that no other can lie in its place.
package final class ConvolutionWeights: Sendable {
  private let tensor: Tensor
  private let copies = Mutex<[ConvolutionPrimitive.Key: BlockedWeights]>([:])
  private let panels = Mutex<[Bool: Tensor]>([:])
  private let matrices = Mutex<[MatrixKey: Tensor]>([:])

  private struct MatrixKey: Hashable {
    let taps: [Int]
    let isTransposed: Bool
  }

  package init(_ tensor: Tensor) { self.tensor = tensor }

  /// Whether this is what is kept of `other`.
  package func isKept(of other: Tensor) -> Bool {
    tensor.shape == other.shape && other.withUnsafeBuffer { matches($0.baseAddress!) }
  }

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

extension ConvolutionWeights {
  /// The matrix `[filters, channels × taps]` of some elements of each kernel, or its transpose.
  func matrix(_ taps: [Int], isTransposed: Bool) -> UnsafePointer<Float> {
    let made = matrices.withLock { matrices in
      let key = MatrixKey(taps: taps, isTransposed: isTransposed)
      if let made = matrices[key] { return made }
      let made = chosen(taps, isTransposed: isTransposed)
      matrices[key] = made
      return made
    }
    return made.withUnsafeBuffer { $0.baseAddress! }
  }

  private func chosen(_ taps: [Int], isTransposed: Bool) -> Tensor {
    let filters = tensor.shape[0]
    let channels = tensor.shape[1]
    let kernel = tensor.count / (filters * channels)
    if !isTransposed, taps.count == kernel { return tensor }
    let columns = channels * taps.count
    return tensor.withUnsafeBuffer { weights in
      Tensor(uninitialized: isTransposed ? [columns, filters] : [filters, columns]) { result in
        for filter in 0..<filters {
          for column in 0..<columns {
            let (channel, tap) = (column / taps.count, taps[column % taps.count])
            result[isTransposed ? column * filters + filter : filter * columns + column] =
              weights[(filter * channels + channel) * kernel + tap]
          }
        }
      }
    }
  }

  /// Kernels as Winograd's F(2, 3) has them, in panels of columns, `[position, panel, channel, filter of the panel]`; for the
  /// gradient by the input (`isTurned`) channels and filters change places, and kernels are turned by half a turn.
  func panels(isTurned: Bool) -> UnsafePointer<Float> {
    let made = panels.withLock { panels in
      if let made = panels[isTurned] { return made }
      let made = transformed(isTurned: isTurned)
      panels[isTurned] = made
      return made
    }
    // The tensor lives as long as this.
    return made.withUnsafeBuffer { $0.baseAddress! }
  }

  private func transformed(isTurned: Bool) -> Tensor {
    let (filters, channels) = (tensor.shape[0], tensor.shape[1])
    let (inner, outer) = isTurned ? (filters, channels) : (channels, filters)
    let width = ProductTile.columns
    let panels = (outer + width - 1) / width
    let (pitch, turn) = (panels * inner * width, isTurned ? 8 : 0)
    return tensor.withUnsafeBuffer { weights in
      Tensor(uninitialized: [16, panels, inner, width]) { result in
        result.update(repeating: 0)
        withUnsafeTemporaryAllocation(of: Double.self, capacity: 12) { half in
          for k in 0..<inner {
            for column in 0..<outer {
              let place = (column / width * inner + k) * width + column % width
              let kernel = ((isTurned ? k : column) * channels + (isTurned ? column : k)) * 9
              for b in 0..<3 {
                let first = Double(weights[kernel + abs(turn - b)])
                let middle = Double(weights[kernel + abs(turn - 3 - b)])
                let last = Double(weights[kernel + abs(turn - 6 - b)])
                half[b] = first
                half[3 + b] = (first + middle + last) / 2
                half[6 + b] = (first - middle + last) / 2
                half[9 + b] = last
              }
              for i in 0..<4 {
                let (first, middle, last) = (half[3 * i], half[3 * i + 1], half[3 * i + 2])
                let position = 4 * i * pitch + place
                result[position] = Float(first)
                result[position + pitch] = Float((first + middle + last) / 2)
                result[position + 2 * pitch] = Float((first - middle + last) / 2)
                result[position + 3 * pitch] = Float(last)
              }
            }
          }
        }
      }
    }
  }
}

/// Weights in a primitive's own layout. `@unchecked Sendable`: nobody writes after it is made.
final class BlockedWeights: @unchecked Sendable {
  let memory: dnnl_memory_t

  init(_ memory: dnnl_memory_t) { self.memory = memory }

  deinit { dnnl_memory_destroy(memory) }
}
