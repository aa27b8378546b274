package import Tensors

/// The elements of the first input at the places that the second says, among zeros; where places are equal, the last stays.
///
/// Places count through the whole of the result; those that are not in it are left out. The second input has no gradient.
package struct Unpooling: Operation {
  /// Of the result.
  package let shape: Shape

  package init(shape: Shape) { self.shape = shape }

  package var name: String { "unpooling" }

  package func value(of inputs: [Tensor], saving: Bool) -> Evaluation {
    precondition(inputs[0].count == inputs[1].count, "unpooling: \(inputs[0].shape) at places \(inputs[1].shape)")
    let count = shape.count
    return Evaluation(
      .from(inputs[0], inputs[1], shape: shape) { x, places, y in
        y.update(repeating: 0)
        for i in x.indices { if let place = Self.place(places[i], count) { y[place] = x[i] } }
      })
  }

  package func reverse(_ record: ReverseRecord) -> [Tensor?] {
    guard record.wants[0] else { return [nil, nil] }
    let (x, places) = (record.inputs[0], record.inputs[1])
    let count = shape.count
    // Whoever came before the last was overwritten.
    var isTaken = [Bool](repeating: false, count: count)
    return [
      .from(places, record.gradient, shape: x.shape) { places, g, dx in
        for i in dx.indices.reversed() {
          dx[i] = 0
          guard let place = Self.place(places[i], count), !isTaken[place] else { continue }
          isTaken[place] = true
          dx[i] = g[place]
        }
      }, nil,
    ]
  }

  /// `nil` if there is no such place.
  private static func place(_ value: Float, _ count: Int) -> Int? {
    guard value >= 0, value < Float(count), let place = Int(exactly: value), place < count else { return nil }
    return place
  }
}
