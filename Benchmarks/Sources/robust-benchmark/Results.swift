import Arrays
import Models
import Tensors

/// What a case computes, by name.
struct Results {
  var tensors: [String: Tensor] = [:]

  func write(to path: String) throws { try SafeTensors(tensors: tensors).write(to: path) }

  /// What equal chunks of a batch give: rows one after the other, but gradients of weights, which all of the batch
  /// shares, summed in the chunks' order.
  init(chunks: [[String: Tensor]], summed: Set<String>) {
    for name in chunks[0].keys {
      let parts = chunks.map { $0[name]! }
      if summed.contains(name) {
        tensors[name] = parts.dropFirst().reduce(into: parts[0]) { $0.add($1) }
      } else {
        tensors[name] = Tensor.concatenated(parts)
      }
    }
  }

  init(_ tensors: [String: Tensor]) { self.tensors = tensors }
}

/// The rows of each of `tensors` as `count` equal chunks.
func split(_ tensors: [String: Tensor], into count: Int) throws -> [[String: Tensor]] {
  try (0..<count).map { chunk in
    try tensors.mapValues { tensor in
      let rows = tensor.shape[0]
      guard rows % count == 0 else { throw WorkerError("\(rows) rows can't be split into \(count) equal chunks") }
      return tensor.rows((chunk * rows / count)..<((chunk + 1) * rows / count))
    }
  }
}
