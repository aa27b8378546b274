/// One line of JSON that answers a request; `error` alone if it could not be done.
struct Reply: Encodable {
  var error: String?
  /// Of each repetition.
  var seconds: [Double]?
  var machine: Machine?
  var memory: Memory?

  struct Machine: Encodable {
    /// Floats in the widest vector of the processor.
    let widestLanes: Int
    /// Multiply-adds count twice; by lanes, then by number of threads.
    let flops: [String: [String: Double]]
    /// Bytes read and written per second by a triad, by number of threads.
    let bandwidth: [String: Double]
    /// What the kernels were built for, a value of `ROBUST_CPU`.
    let kernels: String
    let oneDNN: String
  }

  struct Memory: Encodable {
    /// Bytes of tensors held between forward and reverse pass that were not held before.
    var held: Int?
    /// By how much the resident memory of the process grew at most, in bytes.
    let growth: Int
    /// Of that run, the process's first.
    let seconds: Double
  }
}
