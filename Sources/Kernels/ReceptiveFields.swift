/// Where the receptive fields of an EM-routed layer lie, and the assignments its children start with.
final class ReceptiveFields {
  /// The first cell of every place in every position's field, `[position][place]`.
  let places: UnsafePointer<Int>
  /// The assignment R every child starts with, per cell: one over the number of parents it votes for.
  let initialAssignments: [Float]

  init(_ routing: EMRouting) {
    let places = UnsafeMutablePointer<Int>.allocate(capacity: routing.positions * routing.fieldPlaces)
    var covering = [Int](repeating: 0, count: routing.cells)
    var count = 0
    for row in 0..<routing.outputRows {
      for column in 0..<routing.outputColumns {
        for y in 0..<routing.kernelRows {
          for x in 0..<routing.kernelColumns {
            let place = (row * routing.stride + y) * routing.columns + column * routing.stride + x
            places[count] = place * routing.childTypes
            for type in 0..<routing.childTypes { covering[places[count] + type] += routing.parentTypes }
            count += 1
          }
        }
      }
    }
    self.places = UnsafePointer(places)
    initialAssignments =
      routing.scope == .position
      ? Array(repeating: 1 / Float(routing.parentTypes), count: routing.cells)
      : covering.map { $0 == 0 ? 0 : 1 / Float($0) }
  }

  deinit { places.deallocate() }
}
