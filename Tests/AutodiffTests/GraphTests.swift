import Autodiff
import Synchronization
import Tensors
import TestSupport
import Testing

@Suite struct GraphTests {
  /// `x + y + z` that notes what its reverse rule is asked for.
  struct Probe: Operation {
    final class Log: Sendable {
      let wants = Mutex<[[Bool]]>([])
      let savings = Mutex<[Bool]>([])
    }

    let log = Log()
    var name: String { "probe" }

    func value(of inputs: [Tensor], saving: Bool) -> Evaluation {
      log.savings.withLock { $0.append(saving) }
      var sum = inputs[0]
      for input in inputs.dropFirst() { sum.add(input) }
      return Evaluation(sum)
    }

    func reverse(_ record: ReverseRecord) -> [Tensor?] {
      log.wants.withLock { $0.append(record.wants) }
      return record.wants.map { $0 ? record.gradient : nil }
    }
  }

  @Test func onlyAskedForGradientsAreWanted() {
    let probe = Probe()
    let graph = Graph()
    let leaves = (0..<3).map { graph.variable(Tensor(Float($0))) }
    let sum = leaves[0].applying(probe, leaves[1], leaves[2])
    _ = graph.gradients(of: sum, by: [leaves[1]])
    #expect(probe.log.wants.withLock { $0 } == [[false, true, false]])
  }

  @Test func branchesThatLeadNowhereAreNotVisited() {
    let (used, unused) = (Probe(), Probe())
    let graph = Graph()
    let (x, w) = (graph.variable(Tensor(2)), graph.variable(Tensor(3)))
    let other = w.applying(unused)
    let loss = x.applying(used) * other
    _ = x.applying(unused)
    #expect(graph.gradients(of: loss, by: [x])[0].scalar == 3)
    #expect(used.log.wants.withLock { $0.count } == 1)
    #expect(unused.log.wants.withLock { $0.isEmpty })
  }

  @Test func constantsSaveNothing() {
    let probe = Probe()
    let graph = Graph()
    _ = graph.constant(Tensor(1)).applying(probe).applying(probe)
    _ = graph.variable(Tensor(1)).applying(probe)
    #expect(probe.log.savings.withLock { $0 } == [false, false, true])
  }

  @Test("Values that no gradient can reach are let go as the pass proceeds", arguments: [false, true])
  func memoryOfAPassWithoutGradients(isDifferentiable: Bool) {
    let graph = Graph()
    // No other tensor has this many elements, so freed buffers come back here.
    let start = Tensor(repeating: 1, shape: [1_234_567])
    var x = isDifferentiable ? graph.variable(start) : graph.constant(start)
    var buffers: Set<UInt> = []
    for _ in 0..<10 {
      x = x.relu()
      x.value.withUnsafeBuffer { _ = buffers.insert(UInt(bitPattern: $0.baseAddress)) }
    }
    #expect(isDifferentiable ? buffers.count == 10 : buffers.count <= 3)
  }

  /// Which gradients each operation with several inputs returns, for each choice of what is wanted.
  @Test(arguments: [[true, false, false], [false, true, false], [false, false, true], [true, true, true]])
  func unwantedGradientsAreNotComputed(_ wants: [Bool]) throws {
    let image = [Tensor.normal([2, 3, 4, 4], seed: 1), .normal([5, 3, 3, 3], seed: 2), .normal([5], seed: 3)]
    let features = [Tensor.normal([2, 6], seed: 1), .normal([5, 6], seed: 2), .normal([5], seed: 3)]
    let cases: [([Tensor], ([Variable]) -> Variable)] = [
      (image, { $0[0].convolution($0[1], bias: $0[2], padding: 1) }),
      (features, { $0[0].linear($0[1], bias: $0[2]) }),
      ([features[0], features[0]], { $0[0] * $0[1] }),
      ([features[0], features[0]], { $0[0] / $0[1] }),
      ([features[0], .normal([6], seed: 4)], { $0[0].bias($0[1]) }),
    ]
    for (inputs, function) in cases {
      let graph = Graph()
      let leaves = inputs.map(graph.variable)
      let output = function(leaves).value
      let node = try #require(graph.nodes.last)
      let wants = Array(wants.prefix(inputs.count))
      let gradients = node.operation.reverse(
        ReverseRecord(
          inputs: inputs, outputs: [output], saved: [], gradients: [Tensor(repeating: 1, shape: output.shape)],
          wants: wants))
      #expect(gradients.map { $0 != nil } == wants, "\(node.operation.name)")
    }
  }

  @Test func aVariableUsedTwiceSumsItsGradients() {
    let graph = Graph()
    let x = graph.variable(Tensor([2, 3], shape: [2]))
    let y = x * x + x
    #expect(graph.gradients(of: y.sum(), by: [x])[0] == Tensor([5, 7], shape: [2]))
    #expect(graph.gradients(of: (x + x).sum(), by: [x])[0] == Tensor([2, 2], shape: [2]))
    #expect(x.value == Tensor([2, 3], shape: [2]))
  }

  @Test func gradientsOfInnerVariablesAndOfWhatIsNotReached() {
    let graph = Graph()
    let (x, y) = (graph.variable(Tensor(3)), graph.variable(Tensor(5)))
    let square = x * x
    let gradients = graph.gradients(of: square * 2, by: [square, x, y])
    #expect(gradients.map(\.scalar) == [2, 12, 0])
  }

  @Test func gradientsCanBeTakenTwiceAndWithASeed() {
    let graph = Graph()
    let x = graph.variable(Tensor([1, 2], shape: [2]))
    let y = x * x
    let seed = Tensor([10, 100], shape: [2])
    #expect(graph.gradients(of: y, seed: seed, by: [x])[0] == Tensor([20, 400], shape: [2]))
    #expect(graph.gradients(of: y, seed: seed, by: [x])[0] == Tensor([20, 400], shape: [2]))
  }

  @Test func printsItself() {
    let graph = Graph()
    let x = graph.variable(Tensor(shape: [2, 3]))
    _ = x.relu().sum()
    #expect(graph.description == "%1: 2×3 = relu(%0)\n%2: scalar = sum(%1)")
  }
}
