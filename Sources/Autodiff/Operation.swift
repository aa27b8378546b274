public import Tensors

/// A differentiable function of tensors: its value rule and its reverse rule.
public protocol Operation: Sendable {
  /// What a printed graph calls it.
  var name: String { get }

  /// The outputs for `inputs`, and, if `saving`, what the reverse rule will want beyond inputs and outputs.
  func value(of inputs: [Tensor], saving: Bool) -> Evaluation

  /// The gradients of the inputs that `record.wants`; `nil` for the others and where the gradient is zero.
  func reverse(_ record: ReverseRecord) -> [Tensor?]

  /// The gradient of the input at `index` as a product, if that is what it is.
  func weightProduct(_ record: ReverseRecord, byInput index: Int) -> WeightProduct?
}

extension Operation {
  public func weightProduct(_ record: ReverseRecord, byInput index: Int) -> WeightProduct? { nil }
}

/// What a value rule returns.
public struct Evaluation: Sendable {
  public let outputs: [Tensor]
  public let saved: [Tensor]

  public init(_ outputs: Tensor..., saved: [Tensor] = []) {
    self.outputs = outputs
    self.saved = saved
  }
}

/// What a reverse rule is given.
public struct ReverseRecord: Sendable {
  public let inputs: [Tensor]
  public let outputs: [Tensor]
  public let saved: [Tensor]
  /// The gradient of each output; `nil` where nothing depends on it.
  public let gradients: [Tensor?]
  /// Which inputs' gradients are wanted.
  public let wants: [Bool]

  package init(inputs: [Tensor], outputs: [Tensor], saved: [Tensor], gradients: [Tensor?], wants: [Bool]) {
    self.inputs = inputs
    self.outputs = outputs
    self.saved = saved
    self.gradients = gradients
    self.wants = wants
  }

  /// The gradient of the first output; a reverse rule with one output is only called when there is one.
  public var gradient: Tensor { gradients[0]! }
}
