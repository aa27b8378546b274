import Kernels
import Tensors

/// Operators that cut, pad and mask tensors.
enum Slicing {
  static let operators: [OperatorDefinition] = [
    OperatorDefinition("Slice", versions: [1, 10, 11, 13], attributes: ["starts", "ends", "axes"], lower: slice),
    OperatorDefinition(
      "Pad", versions: [2, 11, 13, 18, 19, 21, 23, 24, 25], attributes: ["pads", "value", "mode"], lower: pad),
    OperatorDefinition("Trilu", versions: [14], attributes: ["upper"], lower: trilu),
    OperatorDefinition(
      "ReverseSequence", versions: [10, 28], attributes: ["batch_axis", "time_axis"], lower: reverseSequence),
    OperatorDefinition("CenterCropPad", versions: [18], attributes: ["axes"], lower: centerCropPad),
  ]

  /// Starts, ends and axes were attributes until version 10 made them inputs, and added steps.
  private static func slice(_ invocation: Invocation) throws -> [Value] {
    let data = try invocation.data()
    let isOld = invocation.version < 10
    let starts = isOld ? try invocation.ints("starts") : try invocation.integers(1, "the starts")
    let ends = isOld ? try invocation.ints("ends") : try invocation.integers(2, "the ends")
    let named = isOld ? try invocation.ints("axes") : try invocation.optionalIntegers(3, "the axes")
    let steps = isOld ? nil : try invocation.optionalIntegers(4, "the steps")
    guard let starts, let ends, starts.count == ends.count, steps.map({ $0.count == starts.count }) ?? true else {
      throw LoweringFailure.invalid("its starts, ends and steps are not as many")
    }
    let axes = named ?? Array(starts.indices)
    guard axes.count == starts.count else {
      throw LoweringFailure.invalid("\(axes.count) axes for \(starts.count) starts")
    }
    var places = [[Int]?](repeating: nil, count: data.shape.rank)
    for (index, axis) in axes.enumerated() {
      let axis = try invocation.axis(axis, rank: data.shape.rank)
      guard places[axis] == nil else { throw LoweringFailure.invalid("the axes \(axes) name one twice") }
      let step = steps?[index] ?? 1
      guard step != 0 else { throw LoweringFailure.invalid("a step of 0") }
      places[axis] = Self.places(from: starts[index], to: ends[index], by: step, of: data.shape[axis])
    }
    return [try invocation.picked(data, axes: places)]
  }

  /// The places of a slice of an axis of `count`; bounds that lie beyond it end at its borders.
  private static func places(from start: Int, to end: Int, by step: Int, of count: Int) -> [Int] {
    func clamped(_ index: Int, _ low: Int, _ high: Int) -> Int {
      min(max(index < 0 ? index + count : index, low), high)
    }
    if step > 0 {
      let (start, end) = (clamped(start, 0, count), clamped(end, 0, count))
      return Array(stride(from: start, to: end, by: min(step, count + 1)))
    }
    guard count > 0 else { return [] }
    let (first, last) = (clamped(start, -1, count - 1), clamped(end, -1, count - 1))
    return Array(stride(from: first, to: last, by: max(step, -count - 1)))
  }

  /// The pads were an attribute until version 11 made them an input, with the value; version 18 added axes, 19 the mode
  /// `wrap`.
  private static func pad(_ invocation: Invocation) throws -> [Value] {
    let data = try invocation.data()
    let rank = data.shape.rank
    let isOld = invocation.version < 11
    let pads = isOld ? try invocation.ints("pads") : try invocation.integers(1, "the pads")
    var fill = FillValue.zero
    if isOld {
      fill = FillValue(real: try invocation.float("value", default: 0), integer: 0)
    } else if invocation.optionalInput(2) != nil {
      fill = try FillValue(invocation.constant(2, "the value of the padding"), "the value of the padding")
    }
    var axes = Array(0..<rank)
    if invocation.version >= 18, let named = try invocation.optionalIntegers(3, "the axes") {
      axes = try named.map { try invocation.axis($0, rank: rank) }
      guard Set(axes).count == axes.count else { throw LoweringFailure.invalid("the axes \(named) name one twice") }
    }
    guard let pads, pads.count == 2 * axes.count else {
      throw LoweringFailure.invalid("\(pads?.count ?? 0) pads for \(axes.count) axes")
    }
    let name = try invocation.string("mode", default: "constant")
    guard let mode = PaddingMode(rawValue: name) else { throw LoweringFailure.invalid("the mode \(name)") }
    var dimensions = data.shape.dimensions
    let most = ProgramBuilder.maximumElements
    for (index, axis) in axes.enumerated() {
      let (before, after) = (pads[index], pads[axes.count + index])
      guard (-most...most).contains(before), (-most...most).contains(after) else {
        throw LoweringFailure.unsupported("\(before) and \(after) places of padding")
      }
      dimensions[axis] += before + after
    }
    // Only now is it known that there are not too many places.
    _ = try invocation.boundedShape(dimensions)
    var places = [[Int]?](repeating: nil, count: rank)
    for (index, axis) in axes.enumerated() where pads[index] != 0 || pads[axes.count + index] != 0 {
      places[axis] = try mode.places(before: pads[index], after: pads[axes.count + index], of: data.shape[axis])
    }
    return [try invocation.picked(data, axes: places, fill: fill)]
  }

  private static func trilu(_ invocation: Invocation) throws -> [Value] {
    let data = try invocation.data()
    let rank = data.shape.rank
    guard rank >= 2 else { throw LoweringFailure.invalid("a triangle of \(data.shape)") }
    let offsets = try invocation.optionalIntegers(1, "the diagonal") ?? [0]
    guard offsets.count == 1 else { throw LoweringFailure.invalid("\(offsets.count) diagonals") }
    if data.shape.count == 0 { return [data] }
    let upper = try invocation.flag("upper", default: true)
    let (rows, columns) = (data.shape[rank - 2], data.shape[rank - 1])
    var positions = (0..<Int32(rows * columns)).map { $0 }
    for row in 0..<rows {
      for column in 0..<columns where upper ? column - row < offsets[0] : column - row > offsets[0] {
        positions[row * columns + column] = -1
      }
    }
    let table = IndexTable(
      positions: positions, inputCount: rows * columns, blocks: data.shape.count / (rows * columns))
    return [try invocation.moved(data, by: table, to: data.shape.dimensions)]
  }

  private static func reverseSequence(_ invocation: Invocation) throws -> [Value] {
    let data = try invocation.data()
    let (batchAxis, timeAxis) = (
      try invocation.int("batch_axis", default: 1), try invocation.int("time_axis", default: 0)
    )
    guard data.shape.rank >= 2, Set([batchAxis, timeAxis]) == [0, 1] else {
      throw LoweringFailure.invalid("the axes \(batchAxis) and \(timeAxis) of \(data.shape)")
    }
    let lengths = try invocation.integers(1, "the lengths")
    let (batch, time) = (data.shape[batchAxis], data.shape[timeAxis])
    guard lengths.count == batch, lengths.allSatisfy({ $0 >= 0 && $0 <= time }) else {
      throw LoweringFailure.invalid("the lengths \(lengths.prefix(9)) for \(batch) sequences of \(time)")
    }
    if data.shape.count == 0 { return [data] }
    var positions = (0..<Int32(batch * time)).map { $0 }
    for (sequence, length) in lengths.enumerated() {
      func place(_ step: Int) -> Int { batchAxis == 0 ? sequence * time + step : step * batch + sequence }
      for step in 0..<length { positions[place(step)] = Int32(place(length - 1 - step)) }
    }
    let table = IndexTable(
      positions: positions, width: data.shape.count / positions.count, inputCount: data.shape.count)
    return [try invocation.moved(data, by: table, to: data.shape.dimensions)]
  }

  private static func centerCropPad(_ invocation: Invocation) throws -> [Value] {
    let data = try invocation.data()
    let rank = data.shape.rank
    let extents = try invocation.integers(1, "the shape")
    let axes = try invocation.ints("axes")?.map { try invocation.axis($0, rank: rank) } ?? Array(0..<rank)
    guard axes.count == extents.count, Set(axes).count == axes.count else {
      throw LoweringFailure.invalid("the shape \(extents) for the axes \(axes)")
    }
    var dimensions = data.shape.dimensions
    for (axis, extent) in zip(axes, extents) { dimensions[axis] = extent }
    _ = try invocation.boundedShape(dimensions)
    let places = dimensions.indices.map { axis -> [Int]? in
      let (old, new) = (data.shape[axis], dimensions[axis])
      if old == new { return nil }
      if new < old { return Array((old - new) / 2..<(old - new) / 2 + new) }
      let start = (new - old) / 2
      return (0..<new).map { $0 < start || $0 >= start + old ? -1 : $0 - start }
    }
    return [try invocation.picked(data, axes: places)]
  }
}

/// What stands beside the elements of an axis.
private enum PaddingMode: String {
  case constant, reflect, edge, wrap

  /// Where each place of the padded axis comes from, −1: from nowhere; negative pads cut places off first.
  func places(before: Int, after: Int, of count: Int) throws -> [Int] {
    let first = max(-before, 0)
    let kept = count - first - max(-after, 0)
    let total = kept + max(before, 0) + max(after, 0)
    guard kept >= 0 else { throw LoweringFailure.invalid("pads cut \(before) and \(after) places off \(count)") }
    guard self == .constant || kept > 0 || total == 0 else {
      throw LoweringFailure.invalid("the mode \(self) for an axis without places")
    }
    return (0..<total).map { index in
      let place = index - max(before, 0)
      if place >= 0, place < kept { return first + place }
      switch self {
      case .constant: return -1
      case .edge: return first + min(max(place, 0), kept - 1)
      case .wrap: return first + (place % kept + kept) % kept
      case .reflect:
        guard kept > 1 else { return first }
        let period = 2 * (kept - 1)
        let turned = (place % period + period) % period
        return first + min(turned, period - turned)
      }
    }
  }
}
