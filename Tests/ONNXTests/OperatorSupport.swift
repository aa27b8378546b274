import Autodiff
import ONNX
import Tensors
import Testing

/// One row of a table of an operator's tests: a node, what it is given, and what it gives.
///
/// `check` lowers the node with all inputs known, with all of them computed, and with each of them computed while the
/// others are known; every way must give `expected`. Where an output is real it compares the reverse rule with finite
/// differences along random directions.
struct OperatorCase: Sendable, CustomTestStringConvertible {
  var name: String
  var domain = ""
  var opset: Int
  var attributes: [String: Attribute]
  /// `nil` where an optional one is left out.
  var inputs: [Constant?]
  var expected: [Constant]
  /// The inputs that must be known, such as axes.
  var known: Set<Int>
  /// Whether an input may depend on the image at all.
  var computes = true
  /// Whether the reverse rule is compared with finite differences. Keep inputs 0.03 away from kinks.
  var isDifferentiable: Bool
  /// The largest difference of an output relative to `max(1, |expected|)`.
  var tolerance: Float

  init(
    _ name: String, opset: Int = 18, _ attributes: [String: Attribute], _ inputs: [Constant?],
    gives expected: [Constant], known: Set<Int> = [], computes: Bool = true, differentiable: Bool = true,
    tolerance: Float = 2e-6
  ) {
    self.name = name
    self.opset = opset
    self.attributes = attributes
    self.inputs = inputs
    self.expected = expected
    self.known = known
    self.computes = computes
    isDifferentiable = differentiable
    self.tolerance = tolerance
  }

  /// Without attributes.
  init(
    _ name: String, opset: Int = 18, _ inputs: [Constant?], gives expected: [Constant], known: Set<Int> = [],
    computes: Bool = true, differentiable: Bool = true, tolerance: Float = 2e-6
  ) {
    self.init(
      name, opset: opset, [:], inputs, gives: expected, known: known, computes: computes,
      differentiable: differentiable, tolerance: tolerance)
  }

  var testDescription: String {
    let shapes = inputs.map { $0.map { "\($0.shape)" } ?? "–" }.joined(separator: ", ")
    let settings = attributes.keys.sorted().map { key in
      switch attributes[key]! {
      case .int(let value): "\(key)=\(value)"
      case .float(let value): "\(key)=\(value)"
      case .string(let value): "\(key)=\(value)"
      case .ints(let values): "\(key)=\(values)"
      default: key
      }
    }
    return "\(name)-\(opset)(\(([shapes] + settings).joined(separator: "; ")))"
  }
}

// MARK: Elements

/// A constant of real numbers.
func reals(_ scalars: [Float], _ shape: Shape? = nil, type: ElementType = .float) -> Constant {
  Constant(Tensor(scalars, shape: shape ?? [scalars.count]), type: type)
}

/// A constant of real numbers that a seed picks, evenly from `range`.
func randomReals(_ shape: Shape, seed: UInt64, in range: ClosedRange<Float> = -2...2) -> Constant {
  var state = seed &* 0x9e37_79b9_7f4a_7c15 &+ 0x1234_5678_9abc_def1
  let scalars = (0..<shape.count).map { _ -> Float in
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return range.lowerBound + (range.upperBound - range.lowerBound) * Float(state >> 40) / Float(1 << 24)
  }
  return Constant(Tensor(scalars, shape: shape))
}

/// A constant of whole numbers.
func wholes(_ integers: [Int], _ shape: Shape? = nil, type: ElementType = .int64) -> Constant {
  Constant(integers, shape: shape ?? [integers.count], type: type)
}

/// A constant of truth values.
func truths(_ values: [Int], _ shape: Shape? = nil) -> Constant { wholes(values, shape, type: .bool) }

// MARK: Lowering

extension OperatorCase {
  /// The outputs of the node, with the inputs at `computed` computed and the others known, and what computes them.
  /// - Throws: `GraphLowering.Failure`.
  func lowered(computed: Set<Int>) throws -> (outputs: [Value], program: Program) {
    let builder = ProgramBuilder()
    var values: [String: Value] = [:]
    var given: [Computed] = []
    let names = inputs.indices.map { inputs[$0] == nil ? nil : "in\($0)" }
    for (index, input) in inputs.enumerated() {
      guard let input, let name = names[index] else { continue }
      if computed.contains(index) {
        given.append(builder.input(shape: input.shape, type: input.type))
        values[name] = .computed(given[given.count - 1])
      } else {
        values[name] = .constant(input)
      }
    }
    let outputs = expected.indices.map { "out\($0)" }
    let node = Node(
      name: name, domain: domain, operatorName: name, opset: opset, attributes: attributes, inputs: names,
      outputs: outputs)
    let graph = Subgraph(inputs: [], outputs: outputs, nodes: [node], constants: [:])
    let results = try GraphLowering.lower(graph, inputs: values, builder: builder)
    return (results, builder.program(inputs: given, outputs: results))
  }

  /// Why the node can't be lowered with the inputs at `computed` computed; `nil` if it can.
  func failure(computed: Set<Int> = []) -> LoweringFailure.Kind? {
    do {
      _ = try lowered(computed: computed)
      return nil
    } catch {
      return (error as? GraphLowering.Failure)?.problems.first?.failure.kind
    }
  }
}

// MARK: Checks

extension OperatorCase {
  /// Runs the case in every way; see `OperatorCase`.
  func check(sourceLocation: SourceLocation = #_sourceLocation) throws {
    let results = try lowered(computed: []).outputs
    for (index, (result, wanted)) in zip(results, expected).enumerated() {
      guard let constant = result.constant else {
        Issue.record("\(testDescription): output \(index) of constants is computed", sourceLocation: sourceLocation)
        continue
      }
      #expect(
        constant.type == wanted.type && constant.shape == wanted.shape,
        "\(testDescription): output \(index) is \(constant.type) \(constant.shape)", sourceLocation: sourceLocation)
      compare(constant, wanted, "known", sourceLocation)
    }
    let free = Set(inputs.indices.filter { inputs[$0] != nil && !known.contains($0) })
    guard computes, !free.isEmpty else { return }
    try check(computed: free, sourceLocation)
    if free.count > 1 { for index in free.sorted() { try check(computed: [index], sourceLocation) } }
  }

  private func check(computed: Set<Int>, _ sourceLocation: SourceLocation) throws {
    let (results, program) = try lowered(computed: computed)
    let way = "computed \(computed.sorted())"
    let tensors = computed.sorted().map { inputs[$0]!.tensor }
    let outputs = run(program, tensors).outputs
    for (index, (result, wanted)) in zip(results, expected).enumerated() {
      #expect(
        result.type == wanted.type && result.shape == wanted.shape,
        "\(testDescription), \(way): output \(index) is \(result.type) \(result.shape)", sourceLocation: sourceLocation)
      if wanted.type.isReal {
        compare(Constant(outputs[index].value, type: wanted.type), wanted, way, sourceLocation)
      } else {
        compare(Constant(computed: outputs[index].value, type: wanted.type), wanted, way, sourceLocation)
      }
    }
    guard isDifferentiable else { return }
    for (index, wanted) in expected.enumerated() where wanted.type.isReal && results[index].constant == nil {
      checkReverse(program, output: index, computed: computed.sorted(), sourceLocation)
    }
  }

  /// `seedᵀ ∂output/∂input` for each computed input; `seed` holds the first output's elements.
  func gradients(seed: [Float], computed: Set<Int> = [0]) throws -> [[Float]] {
    let program = try lowered(computed: computed).program
    let (variables, outputs) = run(program, computed.sorted().map { inputs[$0]!.tensor })
    let gradients = variables[0].graph.gradients(
      of: outputs[0], seed: Tensor(seed, shape: outputs[0].shape), by: variables)
    return gradients.map(\.scalars)
  }

  private func run(_ program: Program, _ tensors: [Tensor]) -> (inputs: [Variable], outputs: [Variable]) {
    let graph = Graph()
    let inputs = tensors.map { graph.variable($0) }
    return (inputs, program.run(inputs))
  }

  private func compare(_ value: Constant, _ wanted: Constant, _ way: String, _ sourceLocation: SourceLocation) {
    guard value.shape == wanted.shape else { return }
    if let integers = wanted.integers {
      #expect(value.integers == integers, "\(testDescription), \(way)", sourceLocation: sourceLocation)
      return
    }
    for (index, (x, y)) in zip(value.tensor.scalars, wanted.tensor.scalars).enumerated() {
      let isClose = x == y || (x.isNaN && y.isNaN) || abs(x - y) <= tolerance * max(1, abs(y))
      guard !isClose else { continue }
      Issue.record("\(testDescription), \(way): element \(index) is \(x), not \(y)", sourceLocation: sourceLocation)
      return
    }
  }

  /// Compares `⟨gradient, d⟩` with a difference quotient of fourth order along `d`, for each real input that is computed
  /// and three directions of ±1.
  private func checkReverse(_ program: Program, output: Int, computed: [Int], _ sourceLocation: SourceLocation) {
    let tensors = computed.map { inputs[$0]!.tensor }
    let (variables, outputs) = run(program, tensors)
    let seed = randomReals(outputs[output].shape, seed: 77, in: -1...1).tensor
    let gradients = variables[0].graph.gradients(of: outputs[output], seed: seed, by: variables)
    for (position, input) in computed.enumerated() where inputs[input]!.type.isReal && tensors[position].count > 0 {
      for trial in 0..<3 {
        let signs = randomReals(tensors[position].shape, seed: UInt64(100 + 10 * position + trial), in: -1...1).tensor
        let direction = signs.map { $0 < 0 ? -1 : 1 }
        let step: Float = 1 / 128
        func value(_ steps: Float) -> Double {
          var moved = tensors
          moved[position].add(direction, scaledBy: steps * step)
          return inner(run(program, moved).outputs[output].value, seed)
        }
        let quotient = (8 * (value(1) - value(-1)) - (value(2) - value(-2))) / (12 * Double(step))
        let slope = inner(gradients[position], direction)
        let scale = max(1, inner(gradients[position].map(abs), Tensor(repeating: 1, shape: direction.shape)))
        #expect(
          abs(quotient - slope) <= 2e-3 * scale,
          "\(testDescription), computed \(computed): reverse by input \(input) is \(slope), differences give \(quotient)",
          sourceLocation: sourceLocation)
      }
    }
  }

  private func inner(_ a: Tensor, _ b: Tensor) -> Double {
    zip(a.scalars, b.scalars).reduce(0) { $0 + Double($1.0) * Double($1.1) }
  }
}
