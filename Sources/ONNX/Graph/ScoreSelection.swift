import Tensors

/// Finds the scores of a network: the output that holds a number for each class, before what squashes it.
///
/// Attacks need unbounded scores: behind a softmax that has saturated, gradients are zero although the network is not robust.
struct ScoreSelection {
  enum Form: Sendable {
    /// `[batch, classes]`, or with further dimensions of one element.
    case scores
    /// One number for each image, the logit of the second of two classes.
    case logitOfSecond
  }

  /// The name of the value that holds the scores.
  let name: String
  let form: Form
  /// What was left out, for the report; nil: nothing.
  let note: String?

  /// What merely moves elements, so that a softmax before it is a softmax at the end.
  private static let movers: Set<String> = ["Identity", "Flatten", "Squeeze", "Reshape", "Dropout", "Cast"]

  /// - Parameter classCount: how many numbers `output` holds for each image.
  init(of output: String, classCount: Int, in graph: Subgraph) {
    var producers: [String: Node] = [:]
    for node in graph.nodes { for case let name? in node.outputs { producers[name] = node } }
    var name = output
    var visited = 0
    while let node = producers[name], node.domain.isEmpty, let input = node.inputs.first ?? nil, visited < 8 {
      visited += 1
      if classCount == 2, let logit = Self.logit(of: node, producers, graph.constants) {
        self.name = logit
        form = .logitOfSecond
        note = "scores are the input of a Sigmoid, the logit of the second of two classes"
        return
      }
      switch node.operatorName {
      case "Softmax", "LogSoftmax":
        self.name = input
        form = classCount == 1 ? .logitOfSecond : .scores
        note = "scores are the input of \(node.operatorName) \(node.name)"
        return
      case "Sigmoid":
        self.name = input
        form = classCount == 1 ? .logitOfSecond : .scores
        note =
          "scores are the input of Sigmoid \(node.name)"
          + (classCount == 1 ? ", the logit of the second of two classes" : "")
        return
      case let mover where Self.movers.contains(mover): name = input
      default: visited = 8
      }
    }
    self.name = output
    form = classCount == 1 ? .logitOfSecond : .scores
    note = classCount == 1 ? "its only output is taken as the logit of the second of two classes" : nil
  }
}

extension ScoreSelection {
  /// How many numbers the selected value holds for each image, where the output has `classCount`.
  func width(classCount: Int) -> Int {
    switch form {
    case .scores: classCount
    case .logitOfSecond: 1
    }
  }

  /// z, if `node` joins 1 − logistic(z) and logistic(z), as scikit-learn's exporter does for two classes; else nil.
  private static func logit(
    of node: Node, _ producers: [String: Node], _ constants: [String: Constant]
  ) -> String? {
    guard node.operatorName == "Concat", node.inputs.count == 2, let first = node.inputs[0],
      let second = node.inputs[1],
      let difference = producers[first], difference.domain.isEmpty, difference.operatorName == "Sub",
      difference.inputs.count == 2, difference.inputs[1] == second, let one = difference.inputs[0],
      let constant = constants[one], constant.shape.count == 1, constant.tensor.scalar == 1,
      let sigmoid = producers[second], sigmoid.domain.isEmpty, sigmoid.operatorName == "Sigmoid"
    else { return nil }
    return sigmoid.inputs.first ?? nil
  }

  /// The output as it is.
  init(unsquashed output: String, classCount: Int) {
    name = output
    form = classCount == 1 ? .logitOfSecond : .scores
    note = nil
  }
}
