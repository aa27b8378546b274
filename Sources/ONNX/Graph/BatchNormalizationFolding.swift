import Tensors

/// Folds batch normalisation into the weights of the convolution or linear layer before it.
enum BatchNormalizationFolding {
  /// `model` without the normalisations that could be folded, and the names of these.
  static func apply(to model: ONNXModel) -> (ONNXModel, folded: [String]) {
    var model = model
    var folded: [String] = []
    var uses: [String: Int] = [:]
    for name in model.graph.outputs { uses[name, default: 0] += 1 }
    for node in model.graph.nodes { for name in ConstantFolding.names(usedBy: node) { uses[name, default: 0] += 1 } }
    var producers: [String: Int] = [:]
    for (index, node) in model.graph.nodes.enumerated() {
      if let layer = node.inputs.first.flatMap({ $0 }).flatMap({ producers[$0] }), node.isFoldableNormalization,
        uses[node.inputs[0]!] == 1, model.graph.fold(normalization: index, into: layer)
      {
        folded.append(node.name)
        if let name = node.outputs[0] { producers[name] = layer }
        continue
      }
      if let name = model.graph.nodes[index].outputs.first.flatMap({ $0 }) { producers[name] = index }
    }
    model.graph.nodes.removeAll { folded.contains($0.name) }
    ConstantFolding.removeUnused(from: &model.graph)
    return (model, folded)
  }
}

extension Node {
  fileprivate var isFoldableNormalization: Bool {
    guard domain.isEmpty, operatorName == "BatchNormalization", inputs.count == 5,
      outputs.dropFirst().allSatisfy({ $0 == nil })
    else { return false }
    if case .int(let training)? = attributes["training_mode"], training != 0 { return false }
    if case .int(let spatial)? = attributes["spatial"], spatial == 0 { return false }
    return true
  }
}

extension Subgraph {
  /// Folds node `index` into the weights of node `layer`, whose output it takes; false if that is impossible.
  fileprivate mutating func fold(normalization index: Int, into layer: Int) -> Bool {
    let (norm, convolution) = (nodes[index], nodes[layer])
    guard convolution.domain.isEmpty, convolution.operatorName == "Conv" || convolution.operatorName == "ConvTranspose",
      convolution.inputs.count >= 2, let weightName = convolution.inputs[1], let weights = constants[weightName],
      weights.type.isReal, weights.shape.rank >= 3
    else { return false }
    let isTransposed = convolution.operatorName == "ConvTranspose"
    var groups = 1
    if case .int(let count)? = convolution.attributes["group"] { groups = count }
    let perGroup = weights.shape[1]
    let channels = isTransposed ? perGroup.multipliedReportingOverflow(by: groups).partialValue : weights.shape[0]
    guard groups >= 1, channels > 0, weights.shape.count > 0, weights.shape[0] % groups == 0 else { return false }
    let parameters = norm.inputs[1...4].map { name -> [Float]? in
      guard let constant = name.flatMap({ constants[$0] }), constant.type.isReal, constant.shape.count == channels
      else {
        return nil
      }
      return constant.tensor.scalars
    }
    guard let gamma = parameters[0], let beta = parameters[1], let mean = parameters[2], let variance = parameters[3]
    else {
      return false
    }
    var bias = [Float](repeating: 0, count: channels)
    if convolution.inputs.count > 2, let name = convolution.inputs[2] {
      guard let constant = constants[name], constant.type.isReal, constant.shape.count == channels else { return false }
      bias = constant.tensor.scalars
    }
    var epsilon: Float = 1e-5
    if case .float(let value)? = norm.attributes["epsilon"] { epsilon = value }
    // In double precision, as the folded weights stand for two roundings each.
    let scales = (0..<channels).map { Double(gamma[$0]) / (Double(variance[$0]) + Double(epsilon)).squareRoot() }
    guard scales.allSatisfy(\.isFinite) else { return false }
    let folded = weights.tensor.scaledByChannel(scales, groups: isTransposed ? groups : nil)
    let shifts = (0..<channels).map { Float((Double(bias[$0]) - Double(mean[$0])) * scales[$0] + Double(beta[$0])) }
    let names = (weights: "\(norm.name)/folded weights", bias: "\(norm.name)/folded bias")
    constants[names.weights] = Constant(folded)
    constants[names.bias] = Constant(Tensor(shifts, shape: [channels]))
    nodes[layer].inputs = [convolution.inputs[0], names.weights, names.bias]
    nodes[layer].outputs = [norm.outputs[0]]
    return true
  }
}

extension Tensor {
  /// Each output channel's weights times its scale. A convolution's channels are the first axis; a transposed one's, of
  /// `groups` groups, lie on the second: group by group along the first.
  fileprivate func scaledByChannel(_ scales: [Double], groups: Int?) -> Tensor {
    let (rows, columns) = (shape[0], shape[1])
    let inner = count / (rows * columns)
    var result = self
    result.withUnsafeMutableBuffer { elements in
      for row in 0..<rows {
        for column in 0..<columns {
          let channel = groups.map { row / (rows / $0) * columns + column } ?? row
          for i in 0..<inner {
            let at = (row * columns + column) * inner + i
            elements[at] = Float(Double(elements[at]) * scales[channel])
          }
        }
      }
    }
    return result
  }
}
