import Tensors

/// `scale x + shift` with fixed numbers.
struct Affine: Operation {
  let scale: Float
  var shift: Float = 0

  var name: String { "affine" }

  func value(of inputs: [Tensor], saving: Bool) -> Evaluation {
    Evaluation(inputs[0].affine(scale: scale, shift: shift))
  }

  func reverse(_ record: ReverseRecord) -> [Tensor?] {
    [scale == 1 ? record.gradient : record.gradient.affine(scale: scale)]
  }
}

extension Variable {
  public static prefix func - (a: Variable) -> Variable { a.applying(Affine(scale: -1)) }
  public static func + (a: Variable, b: Float) -> Variable { a.applying(Affine(scale: 1, shift: b)) }
  public static func + (a: Float, b: Variable) -> Variable { b + a }
  public static func - (a: Variable, b: Float) -> Variable { a + -b }
  public static func - (a: Float, b: Variable) -> Variable { b.applying(Affine(scale: -1, shift: a)) }
  public static func * (a: Variable, b: Float) -> Variable { a.applying(Affine(scale: b)) }
  public static func * (a: Float, b: Variable) -> Variable { b * a }
  public static func / (a: Variable, b: Float) -> Variable { a * (1 / b) }

  public static func / (a: Float, b: Variable) -> Variable {
    b.graph.constant(Tensor(repeating: a, shape: b.shape)) / b
  }
}
