public import Datasets
public import Imaging
public import Tensors

/// ToyNORB, a synthetic stand-in for smallNORB (LeCun, Huang, Bottou 2004), rendered rather than photographed.
///
/// As there: 5 classes of 10 toys, stereo pairs of 96×96 grey pixels from 9 elevations, 18 azimuths and in 6 lightings,
/// toys 4, 6, 7, 8, 9 of each class for training and 0, 1, 2, 3, 5 for testing, 24,300 pairs each. The toys are made of
/// balls, bars and tapered boxes, painted in one matt grey. The same version renders the same bytes on every machine.
public enum ToyNORB {
  /// Changes with the bytes of the pictures.
  public static let version = ToyNORBRelease.version
  public static let name = ToyNORBRelease.name
  /// `[eyes, rows, columns]`.
  public static let shape: Shape = [2, ToyRenderer.side, ToyRenderer.side]

  static let classCount = 5
  /// By how many pixels at most a toy is seen away from the middle, each way.
  private static let largestShift: Float = 7
  private static let lightings = ToyLights.lightings.count

  /// The toys of class `label`, in the order of smallNORB's classes.
  private static func toy(_ label: Int, instance: Int) -> Toy {
    switch label {
    case 0: Animal.instances[instance].toy
    case 1: Human.instances[instance].toy
    case 2: Airplane.instances[instance].toy
    case 3: Truck.instances[instance].toy
    default: Car.instances[instance].toy
    }
  }

  /// One toy, seen from one side: all its lightings, one after the other.
  package struct View: Sendable, Hashable {
    let label: Int
    let instance: Int
    /// The codes of `Viewpoint`.
    let elevation: Int
    let azimuth: Int

    package init(label: Int, instance: Int, elevation: Int, azimuth: Int) {
      (self.label, self.instance, self.elevation, self.azimuth) = (label, instance, elevation, azimuth)
    }
  }

  /// All views of a split, and the order of the pairs in its files.
  ///
  /// Pair i is of class i mod 5; within a class the pairs are shuffled, so that the first n are a fair sample.
  package static func order(of split: Dataset.Split) -> [(label: Int, viewpoint: Viewpoint)] {
    let viewpoints = NORBPart.instances(of: split).flatMap { instance in
      (0..<9).flatMap { elevation in
        (0..<18).flatMap { azimuth in
          (0..<lightings).map {
            Viewpoint(instance: instance, elevation: elevation, azimuth: 2 * azimuth, lighting: $0)
          }
        }
      }
    }
    let orders = (0..<classCount).map { label in
      var stream = RandomStream(seed: 0x70F, split == .train ? 0 : 1, UInt64(label))
      return stream.permutation(of: viewpoints.count)
    }
    return viewpoints.indices.flatMap { i in orders.indices.map { ($0, viewpoints[orders[$0][i]]) } }
  }

  /// The pairs of `view` in every lighting, `[lighting, eye, row, column]`.
  package static func pictures(of view: View) -> [UInt8] {
    // Nobody puts a toy down in the very middle.
    var stream = RandomStream(
      seed: 0x7095, UInt64(view.label), UInt64(view.instance), UInt64(view.elevation), UInt64(view.azimuth))
    let shift = (row: (2 * stream.uniform() - 1) * largestShift, column: (2 * stream.uniform() - 1) * largestShift)
    return ToyRenderer(toy(view.label, instance: view.instance))
      .pictures(elevation: 30 + 5 * Float(view.elevation), azimuth: 10 * Float(view.azimuth), shift: shift)
  }

  /// Every toy once, a row for each class, from different sides and in different lights, as the left eye sees it.
  public static func contactSheet() -> Bitmap {
    let size = shape[1] * shape[2]
    let rows = (0..<classCount).map { label in
      (0..<10).map { instance in
        let view = View(label: label, instance: instance, elevation: 1, azimuth: (4 + 2 * instance) % 36)
        let picture = pictures(of: view)[(2 * size * (instance % lightings))...].prefix(size)
        return Bitmap(width: shape[2], height: shape[1], channels: 1, pixels: Array(picture))
      }
    }
    return ImageGrid.compose(rows: rows)
  }

  /// The pictures of `split`, rendered on up to `threads` threads.
  ///
  /// - Parameter progress: told the share that is done, after every few views; what it throws ends the work.
  public static func render(
    _ split: Dataset.Split, threads: Int, progress: (Double) throws -> Void = { _ in }
  ) throws -> Dataset {
    let order = order(of: split)
    var rows: [View: [Int]] = [:]
    for (row, (label, viewpoint)) in order.enumerated() {
      let view = View(
        label: label, instance: viewpoint.instance, elevation: viewpoint.elevation, azimuth: viewpoint.azimuth)
      rows[view, default: [Int](repeating: 0, count: lightings)][viewpoint.lighting] = row
    }
    let views = order.filter { $0.viewpoint.lighting == 0 }.map {
      View(
        label: $0.label, instance: $0.viewpoint.instance, elevation: $0.viewpoint.elevation,
        azimuth: $0.viewpoint.azimuth)
    }
    let pairSize = shape.count
    var bytes = [UInt8](repeating: 0, count: order.count * pairSize)
    let group = 8 * threads
    for start in stride(from: 0, to: views.count, by: group) {
      let some = Array(views[start..<min(views.count, start + group)])
      let rendered = try parallelMap(count: some.count, threads: threads) { pictures(of: some[$0]) }
      for (view, pairs) in zip(some, rendered) {
        for (lighting, row) in rows[view]!.enumerated() {
          let start = row * pairSize
          bytes.replaceSubrange(start..<(start + pairSize), with: pairs[(lighting * pairSize)...].prefix(pairSize))
        }
      }
      try progress(Double(start + some.count) / Double(views.count))
    }
    return dataset(split, bytes: bytes, order: order)
  }
}
