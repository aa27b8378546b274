public import Attacks
public import Tensors

extension Norm {
  /// ε = 0 and two more that mean something for images of `shape`, as `--epsilon` takes them.
  public func sampleBudgets(of shape: Shape) -> String {
    let far = diameter(of: shape)
    return "0,\(budget(from: 0.05 * far)),\(budget(from: 0.2 * far))"
  }
}
