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
    form = classCount == 1 ? .logitOfSecond : .scores
    var producers: [String: Node] = [:]
    for node in graph.nodes { for case let name? in node.outputs { producers[name] = node } }
    var name = output
    var visited = 0
    while let node = producers[name], node.domain.isEmpty, let input = node.inputs.first ?? nil, visited < 8 {
      visited += 1
      switch node.operatorName {
      case "Softmax", "LogSoftmax":
        self.name = input
        note = "scores are the input of \(node.operatorName) \(node.name)"
        return
      case "Sigmoid":
        self.name = input
        note =
          "scores are the input of Sigmoid \(node.name)"
          + (classCount == 1 ? ", the logit of the second of two classes" : "")
        return
      case let mover where Self.movers.contains(mover): name = input
      default: visited = 8
      }
    }
    self.name = output
    note = classCount == 1 ? "its only output is taken as the logit of the second of two classes" : nil
  }
}

extension ScoreSelection {
  /// The output as it is.
  init(unsquashed output: String, classCount: Int) {
    name = output
    form = classCount == 1 ? .logitOfSecond : .scores
    note = nil
  }
}
