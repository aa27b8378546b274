package import Kernels
package import Tensors

/// The first elements of a ranking along one axis, or their places; the places have no derivative.
package struct Ranked: Operation {
  let ranking: Ranking
  let axis: Int
  let kept: Int
  let givesPlaces: Bool

  package init(_ ranking: Ranking, axis: Int, kept: Int, givesPlaces: Bool) {
    self.ranking = ranking
    self.axis = axis
    self.kept = kept
    self.givesPlaces = givesPlaces
  }

  package var name: String { givesPlaces ? "places of the first \(kept)" : "first \(kept)" }

  package func value(of inputs: [Tensor], saving: Bool) -> Evaluation {
    let x = inputs[0]
    precondition(kept >= 0 && kept <= x.shape[axis], "\(name) along axis \(axis) of \(x.shape)")
    let (outer, count, inner) = x.shape.split(at: axis)
    var dimensions = x.shape.dimensions
    dimensions[axis] = kept
    let places = Tensor.from(x, shape: Shape(dimensions)) {
      Kernels.rank(ranking, $0, outer: outer, count: count, inner: inner, kept: kept, into: $1)
    }
    guard !givesPlaces else { return Evaluation(places) }
    return Evaluation(
      .from(x, places, shape: places.shape) {
        Kernels.pick($0, places: $1, outer: outer, count: count, inner: inner, kept: kept, into: $2)
      }, saved: [places])
  }

  package func reverse(_ record: ReverseRecord) -> [Tensor?] {
    guard !givesPlaces else { return [nil] }
    let shape = record.inputs[0].shape
    let (outer, count, inner) = shape.split(at: axis)
    return [
      .from(record.gradient, record.saved[0], shape: shape) {
        Kernels.reverseOfPick($0, places: $1, outer: outer, count: count, inner: inner, kept: kept, into: $2)
      }
    ]
  }
}
