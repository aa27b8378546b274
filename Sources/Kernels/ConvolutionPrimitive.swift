internal import COneDNN
import Synchronization

/// One direction of the convolution of one image as oneDNN's own kernels do it: in blocked layouts, between which and
/// row-major floats it copies.
///
/// It knows one image, not a batch: an image's numbers cannot depend on its company, and a shape needs one primitive.
/// `@unchecked Sendable`: whoever took it from the pool is its only user; it is tied to no thread.
final class ConvolutionPrimitive: @unchecked Sendable {
  enum Direction: Hashable {
    case forward, byInput, byWeights
  }

  enum Operand {
    case source, weights, bias, destination
  }

  struct Key: Hashable {
    let shape: ConvolutionShape
    let direction: Direction
    let hasBias: Bool
  }

  private struct Pool {
    var idle: [Key: [ConvolutionPrimitive]] = [:]
    /// What oneDNN has only its slow reference for.
    var missing: Set<Key> = []
    /// Idle primitives, over all shapes.
    var count = 0
  }

  private static let pool = Mutex(Pool())
  /// A network of many shapes has each in two directions, on as many threads as run.
  private static let capacity = 1024
  nonisolated(unsafe) private static let engine: dnnl_engine_t = {
    var engine: dnnl_engine_t?
    OneDNN.check(dnnl_engine_create(&engine, dnnl_cpu, 0), "engine")
    return engine!
  }()

  private struct Port {
    let operand: Operand
    var memory: robust_operand
    /// What the copy to or from row-major floats is called with.
    let reorder: [dnnl_exec_arg_t]
  }

  private let key: Key
  private let stream: dnnl_stream_t
  private var main = robust_call()
  private var ports: [Port] = []
  private var arguments: [dnnl_exec_arg_t] = []
  /// What stands in the place of its own weights.
  private var borrowed: BlockedWeights? {
    didSet {
      guard let index = ports.firstIndex(where: { $0.operand == .weights }) else { return }
      arguments[index].memory = borrowed?.memory ?? ports[index].memory.blocked
    }
  }

  /// Gives `body` a primitive for one image of `shape`, made or reused; false if oneDNN has no fast one.
  static func use(
    _ shape: ConvolutionShape, _ direction: Direction, hasBias: Bool = false,
    _ body: (ConvolutionPrimitive) -> Void
  ) -> Bool {
    var one = shape
    one.batch = 1
    let key = Key(shape: one, direction: direction, hasBias: hasBias)
    OneDNN.useOneThread()
    let idle = pool.withLock { pool -> ConvolutionPrimitive?? in
      guard !pool.missing.contains(key) else { return .none }
      guard let kept = pool.idle[key]?.popLast() else { return .some(nil) }
      pool.count -= 1
      return kept
    }
    guard let idle else { return false }
    guard let primitive = idle ?? ConvolutionPrimitive(key) else {
      pool.withLock { _ = $0.missing.insert(key) }
      return false
    }
    body(primitive)
    primitive.borrowed = nil
    pool.withLock { pool in
      guard pool.count < capacity else { return }
      pool.idle[key, default: []].append(primitive)
      pool.count += 1
    }
    return true
  }

  private init?(_ key: Key) {
    self.key = key
    let shape = key.shape
    var sizes = robust_convolution_sizes(shape)
    var attributes: dnnl_primitive_attr_t?
    OneDNN.check(dnnl_primitive_attr_create(&attributes), "attributes")
    defer { dnnl_primitive_attr_destroy(attributes) }
    OneDNN.check(
      dnnl_primitive_attr_set_scratchpad_mode(attributes, dnnl_scratchpad_mode_user), "attributes")
    var descriptor: dnnl_primitive_desc_t?
    let direction = [
      Direction.forward: robust_forward, .byInput: robust_by_input, .byWeights: robust_by_weights,
    ]
    let status = robust_convolution_descriptor(
      &descriptor, direction[key.direction]!, &sizes, key.hasBias, attributes, Self.engine)
    // Unimplemented, or sizes that it refuses.
    guard status == dnnl_success else { return nil }

    var stream: dnnl_stream_t?
    OneDNN.check(
      dnnl_stream_create(&stream, Self.engine, dnnl_stream_default_flags.rawValue), "stream")
    self.stream = stream!
    for (operand, argument) in Self.arguments(key) {
      var memory = robust_operand()
      let isResult = operand == key.direction.result
      OneDNN.check(
        robust_operand_create(
          &memory, descriptor, argument, isResult, &sizes, attributes, Self.engine),
        "\(operand) of convolution \(shape)")
      let reorder = [
        dnnl_exec_arg_t(arg: DNNL_ARG_FROM, memory: isResult ? memory.blocked : memory.plain),
        dnnl_exec_arg_t(arg: DNNL_ARG_TO, memory: isResult ? memory.plain : memory.blocked),
        dnnl_exec_arg_t(arg: DNNL_ARG_SCRATCHPAD, memory: memory.reorder.scratchpad),
      ]
      ports.append(Port(operand: operand, memory: memory, reorder: reorder))
      arguments.append(dnnl_exec_arg_t(arg: argument, memory: memory.blocked))
    }
    OneDNN.check(robust_call_create(&main, descriptor, Self.engine), "convolution \(shape)")
    arguments.append(dnnl_exec_arg_t(arg: DNNL_ARG_SCRATCHPAD, memory: main.scratchpad))
  }

  deinit {
    robust_call_destroy(&main)
    for index in ports.indices { robust_operand_destroy(&ports[index].memory) }
    dnnl_stream_destroy(stream)
  }

  private static func arguments(_ key: Key) -> [(Operand, Int32)] {
    switch key.direction {
    case .forward:
      [(.source, DNNL_ARG_SRC), (.weights, DNNL_ARG_WEIGHTS), (.destination, DNNL_ARG_DST)]
        + (key.hasBias ? [(.bias, DNNL_ARG_BIAS)] : [])
    case .byInput:
      [
        (.destination, DNNL_ARG_DIFF_DST), (.weights, DNNL_ARG_WEIGHTS),
        (.source, DNNL_ARG_DIFF_SRC),
      ]
    case .byWeights:
      [
        (.source, DNNL_ARG_SRC), (.destination, DNNL_ARG_DIFF_DST),
        (.weights, DNNL_ARG_DIFF_WEIGHTS),
      ]
    }
  }

  /// Copies row-major `values` in.
  func set(_ operand: Operand, _ values: UnsafePointer<Float>) {
    reorder(port(operand), UnsafeMutablePointer(mutating: values))
  }

  /// Copies row-major weights in, or takes the copy that is kept.
  func setWeights(_ values: UnsafePointer<Float>, _ kept: ConvolutionWeights?) {
    guard let kept, kept.matches(values) else { return set(.weights, values) }
    borrowed = kept.copy(for: key) {
      set(.weights, values)
      var memory: dnnl_memory_t?
      OneDNN.check(
        robust_memory_copy(&memory, port(.weights).memory.blocked, Self.engine), "weights")
      return BlockedWeights(memory!)
    }
  }

  func run() {
    OneDNN.check(
      dnnl_primitive_execute(main.primitive, stream, Int32(arguments.count), arguments),
      "convolution")
  }

  /// Copies the result out, row-major.
  func get(_ operand: Operand, into values: UnsafeMutablePointer<Float>) {
    reorder(port(operand), values)
  }

  /// The elements of `operand` in the primitive's own layout.
  func blocked(_ operand: Operand) -> MutableFloats {
    let memory = port(operand).memory
    var handle: UnsafeMutableRawPointer?
    OneDNN.check(dnnl_memory_get_data_handle(memory.blocked, &handle), "\(operand)")
    return MutableFloats(
      start: handle!.assumingMemoryBound(to: Float.self), count: memory.blocked_count)
  }

  private func reorder(_ port: Port, _ values: UnsafeMutablePointer<Float>) {
    OneDNN.check(dnnl_memory_set_data_handle(port.memory.plain, values), "\(port.operand)")
    OneDNN.check(
      dnnl_primitive_execute(
        port.memory.reorder.primitive, stream, Int32(port.reorder.count), port.reorder),
      "\(port.operand)")
  }

  private func port(_ operand: Operand) -> Port { ports.first { $0.operand == operand }! }
}

extension ConvolutionPrimitive.Direction {
  fileprivate var result: ConvolutionPrimitive.Operand {
    switch self {
    case .forward: .destination
    case .byInput: .source
    case .byWeights: .weights
    }
  }
}

extension robust_convolution_sizes {
  /// The extents in oneDNN's order; it has two axes at least, and the groups of the weights are an axis of their own.
  fileprivate init(_ shape: ConvolutionShape) {
    self.init()
    let axes = shape.depth == .single ? [shape.rows, shape.columns] : shape.axes
    let kernel = axes.map(\.kernel)
    rank = Int32(2 + axes.count)
    weights_rank = Int32(kernel.count + (shape.groups > 1 ? 3 : 2))
    fill(&source, [1, shape.channels] + axes.map(\.size))
    fill(&destination, [1, shape.filters] + axes.map(\.outputs))
    fill(
      &weights,
      (shape.groups > 1 ? [shape.groups, shape.groupFilters] : [shape.filters]) + [
        shape.groupChannels
      ] + kernel)
    fill(&bias, [shape.filters])
    fill(&strides, axes.map(\.stride))
    fill(&dilations, axes.map { $0.dilation - 1 })
    fill(&before, axes.map(\.before))
    fill(&after, axes.map(\.after))
  }
}

/// Writes `values` to the first elements of an array of C.
private func fill<T>(_ array: inout T, _ values: [Int]) {
  withUnsafeMutableBytes(of: &array) { bytes in
    for (index, value) in values.enumerated() {
      bytes.storeBytes(of: Int64(value), toByteOffset: index * 8, as: Int64.self)
    }
  }
}
