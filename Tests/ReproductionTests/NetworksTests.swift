import Datasets
import Diagnostics
import Models
import Reproduction
import Testing

@Suite struct NetworksTests {
  @Test(arguments: [1, 2, 3, 5])
  func capsulesHaveTheIterationsAskedFor(iterations: Int) throws {
    func capsules(_ iterations: Int) throws -> Variant {
      Networks(try Settings(iterations: iterations), for: Toys.dataset(.train)).capsules()
    }
    let variant = try capsules(iterations)
    guard case .capsules(let configuration) = variant.network else {
      Issue.record("\(variant.name) has no capsules")
      return
    }
    #expect(configuration.iterations == iterations && configuration.initialization == .calibrated)
    // The network with two iterations that others begin with is the one that is trained when two are asked for.
    #expect(variant.start == (iterations > 2 ? .trained(try capsules(2)) : .fresh))
  }

  @Test(arguments: [0, 6])
  func noOtherNumberOfIterations(iterations: Int) {
    #expect(throws: InputError.self) { try Settings(iterations: iterations) }
  }
}
