/// What the attacker wants the classifier to say.
public enum Goal: Hashable, Sendable {
  /// Anything but the true label.
  case untargeted
  /// For each image, this label.
  case targeted([Int])

  public var isTargeted: Bool { self != .untargeted }

  /// Whether `prediction` for image `index` is what the attacker wants.
  public func isReached(by prediction: Int, at index: Int, label: Int) -> Bool {
    switch self {
    case .untargeted: prediction != label
    case .targeted(let targets): prediction == targets[index]
    }
  }

  /// The goal of the images at `indices`, in that order.
  func rows(at indices: [Int]) -> Goal {
    switch self {
    case .untargeted: .untargeted
    case .targeted(let targets): .targeted(indices.map { targets[$0] })
    }
  }
}
