import Autodiff
import Tensors

/// The scores that another process computes, and their vector-Jacobian product.
struct ExternalScores: Operation {
  let pool: ProcessPool

  var name: String { "external scores" }

  func value(of inputs: [Tensor], saving: Bool) -> Evaluation {
    let images = inputs[0]
    let (count, classes) = (images.shape[0], pool.description.classes)
    guard pool.description.gives == .labels else {
      let bytes = images.count * 4
      return Evaluation(
        pool.answer(
          "{\"request\": \"scores\", \"count\": \(count), \"bytes\": \(bytes)}", [images], shape: [count, classes]))
    }
    let labels = pool.answer(
      "{\"request\": \"labels\", \"count\": \(count), \"bytes\": \(images.count * 4)}", [images], shape: [count])
    return Evaluation(
      Tensor(uninitialized: [count, classes]) { scores in
        scores.update(repeating: 0)
        for (row, label) in labels.scalars.enumerated() where label >= 0 && label < Float(classes) {
          scores[row * classes + Int(label)] = 1
        }
      })
  }

  func reverse(_ record: ReverseRecord) -> [Tensor?] {
    let images = record.inputs[0]
    guard pool.description.gives == .gradients else { return [nil] }
    let bytes = (images.count + record.gradient.count) * 4
    return [
      pool.answer(
        "{\"request\": \"gradient\", \"count\": \(images.shape[0]), \"bytes\": \(bytes)}", [images, record.gradient],
        shape: images.shape)
    ]
  }
}
