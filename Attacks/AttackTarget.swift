import Autodiff
import Models
import Tensors

/// What is attacked: a classifier on a batch of images.
struct AttackTarget {
  let classifier: any Classifier
  let images: Tensor
  let labels: [Int]
  let goal: Goal

  /// A forward pass of the images of `rows`, now at `images`.
  func pass(_ rows: [Int], at images: Tensor, isDifferentiable: Bool = true) -> AttackPass {
    let graph = Graph()
    let input = isDifferentiable ? graph.variable(images) : graph.constant(images)
    let outputs = classifier.outputs(for: input)
    return AttackPass(target: self, rows: rows, graph: graph, input: input, outputs: outputs)
  }

  /// The pass that was made of all images before the attack.
  func pass(_ clean: CleanPass) -> AttackPass {
    AttackPass(
      target: self, rows: Array(labels.indices), graph: clean.graph, input: clean.input, outputs: clean.outputs)
  }
}

/// A forward pass, and the gradients it can give.
struct AttackPass {
  let target: AttackTarget
  let rows: [Int]
  let graph: Graph
  let input: Variable
  let outputs: ClassifierOutputs

  var scores: Tensor { outputs.scores.value }

  /// The gradient of each image's objective by that image, for the images at `positions`; the others' is not computed.
  func gradient(of objective: Objective, at positions: [Int]) -> Tensor {
    let loss = objective.perImage(
      outputs, labels: rows.map { target.labels[$0] }, goal: target.goal.rows(at: rows),
      trainingLoss: target.classifier.trainingLoss)
    var seed = Tensor(shape: loss.shape)
    // Kernels that work image by image skip those whose gradient is zero.
    seed.withUnsafeMutableBuffer { for position in positions { $0[position] = 1 } }
    return graph.gradients(of: loss, seed: seed, by: [input])[0]
  }
}

/// The gradients at the original images, each computed once for all budgets, when an attack first asks for it.
final class SharedGradients {
  private let target: AttackTarget
  private let rows: [Int]
  private let options: AttackOptions
  private var gradients: [Objective: Tensor] = [:]

  /// - Parameter rows: the images that are attacked.
  init(_ target: AttackTarget, rows: [Int], _ options: AttackOptions) {
    (self.target, self.rows, self.options) = (target, rows, options)
  }

  /// `[batch, …]` of all images, of which those that are not attacked have none; and the rows to charge a pass to, if one
  /// was made.
  func gradient(of objective: Objective) -> (gradient: Tensor, charged: [Int]) {
    if let known = gradients[objective] { return (known, []) }
    let gradient =
      if let clean = options.cleanPass {
        target.pass(clean).gradient(of: objective, at: rows)
      } else {
        target.images.replacingRows(
          rows,
          with: target.pass(rows, at: target.images.rows(at: rows)).gradient(of: objective, at: Array(rows.indices)))
      }
    gradients[objective] = gradient
    return (gradient, rows)
  }
}

extension Tensor {
  /// This tensor with `rows` of its outermost axis replaced by those of `replacement`.
  func replacingRows(_ rows: [Int], with replacement: Tensor) -> Tensor {
    let stride = shape.withoutBatch.count
    var result = self
    result.withUnsafeMutableBuffer { output in
      replacement.withUnsafeBuffer { input in
        for (position, row) in rows.enumerated() {
          for i in 0..<stride { output[row * stride + i] = input[position * stride + i] }
        }
      }
    }
    return result
  }
}
