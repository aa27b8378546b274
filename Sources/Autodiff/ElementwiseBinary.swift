import Kernels
import Tensors

/// Sum, difference, product or quotient of two tensors of one shape, elementwise.
struct ElementwiseBinary: Operation {
  let function: BinaryFunction

  var name: String { function.rawValue }

  func value(of inputs: [Tensor], saving: Bool) -> Evaluation {
    precondition(inputs[0].shape == inputs[1].shape, "\(name): \(inputs[0].shape) and \(inputs[1].shape) differ")
    return Evaluation(inputs[0].combined(function, with: inputs[1]))
  }

  func reverse(_ record: ReverseRecord) -> [Tensor?] {
    let (a, b, g) = (record.inputs[0], record.inputs[1], record.gradient)
    return switch function {
    case .add: [record.wants[0] ? g : nil, record.wants[1] ? g : nil]
    case .subtract: [record.wants[0] ? g : nil, record.wants[1] ? g.affine(scale: -1) : nil]
    case .multiply:
      [
        record.wants[0] ? g.combined(.multiply, with: b) : nil,
        record.wants[1] ? g.combined(.multiply, with: a) : nil,
      ]
    case .divide:
      [
        record.wants[0] ? g.combined(.divide, with: b) : nil,
        record.wants[1]
          ? .from(record.outputs[0], b, g, shape: g.shape) {
            Kernels.reverseOfDivisor(quotient: $0, divisor: $1, gradient: $2, into: $3)
          } : nil,
      ]
    }
  }
}

extension Variable {
  /// Elementwise; the shapes are equal.
  public static func + (a: Variable, b: Variable) -> Variable { a.applying(ElementwiseBinary(function: .add), b) }
  public static func - (a: Variable, b: Variable) -> Variable { a.applying(ElementwiseBinary(function: .subtract), b) }
  public static func * (a: Variable, b: Variable) -> Variable { a.applying(ElementwiseBinary(function: .multiply), b) }
  public static func / (a: Variable, b: Variable) -> Variable { a.applying(ElementwiseBinary(function: .divide), b) }
}
