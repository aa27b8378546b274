/// One axis of an image under a window that moves along it; `before` and `after` elements of padding lie around it.
package struct WindowAxis: Hashable, Sendable {
  package var size: Int
  /// How many elements the window sees, each `dilation` from the next.
  package var kernel: Int
  package var stride: Int
  package var dilation: Int
  package var before: Int
  package var after: Int
  /// How many places the window takes; the last of them may hang over the padding.
  package var outputs: Int

  /// - Parameter outputs: by default, as many as fit.
  package init(
    size: Int, kernel: Int, stride: Int = 1, dilation: Int = 1, before: Int = 0, after: Int = 0,
    outputs: Int? = nil
  ) {
    self.size = size
    self.kernel = kernel
    self.stride = stride
    self.dilation = dilation
    self.before = before
    self.after = after
    self.outputs = outputs ?? (size + before + after - (kernel - 1) * dilation - 1) / stride + 1
  }

  /// The axis that an image with fewer axes lacks.
  package static let single = WindowAxis(size: 1, kernel: 1)

  /// From the first element that the window sees to the last.
  package var extent: Int { (kernel - 1) * dilation + 1 }

  var padded: Int { size + before + after }
  var isPadded: Bool { before > 0 || after > 0 }
  /// Whether the window sees each element once, in order.
  var isIdentity: Bool { kernel == 1 && stride == 1 && !isPadded }

  /// The places at which element `tap` of the window is on the axis, not on padding.
  func places(of tap: Int) -> Range<Int> {
    let offset = tap * dilation - before
    let lower = offset >= 0 ? 0 : (stride - 1 - offset) / stride
    let upper = offset >= size ? 0 : min(outputs, (size - 1 - offset) / stride + 1)
    return lower < upper ? lower..<upper : 0..<0
  }

  /// The elements of the window at `place` that are on the axis, not on padding.
  func taps(at place: Int) -> Range<Int> { taps(at: place, from: 0, to: size) }

  /// The elements of the window at `place` that are on the axis or on its padding.
  func tapsWithPadding(at place: Int) -> Range<Int> {
    taps(at: place, from: -before, to: size + after)
  }

  private func taps(at place: Int, from first: Int, to end: Int) -> Range<Int> {
    let start = place * stride - before
    let lower = start >= first ? 0 : (first - start + dilation - 1) / dilation
    let upper = start >= end ? 0 : min(kernel, (end - 1 - start) / dilation + 1)
    return lower < upper ? lower..<upper : 0..<0
  }
}

/// The sizes of a convolution of `[batch, channels, depth, rows, columns]` by
/// `[filters, channels / groups, kernel depth, kernel rows, kernel columns]`; images of fewer axes have `single` ones first.
package struct ConvolutionShape: Hashable, Sendable {
  package var batch: Int
  package var channels: Int
  package var filters: Int
  /// Filters see the channels of their own group only.
  package var groups: Int
  package var depth: WindowAxis
  package var rows: WindowAxis
  package var columns: WindowAxis

  /// - Parameter axes: one to three.
  package init(batch: Int, channels: Int, filters: Int, groups: Int = 1, axes: [WindowAxis]) {
    precondition((1...3).contains(axes.count), "ConvolutionShape: \(axes.count) axes")
    let all = [WindowAxis](repeating: .single, count: 3 - axes.count) + axes
    self.batch = batch
    self.channels = channels
    self.filters = filters
    self.groups = groups
    (depth, rows, columns) = (all[0], all[1], all[2])
  }

  var axes: [WindowAxis] { [depth, rows, columns] }
  var groupChannels: Int { channels / groups }
  var groupFilters: Int { filters / groups }

  /// Elements of the kernel for one channel.
  var kernelCount: Int { depth.kernel * rows.kernel * columns.kernel }
  /// Elements of the image that one output sees.
  package var taps: Int { groupChannels * kernelCount }
  var inputPlane: Int { depth.size * rows.size * columns.size }
  var inputCount: Int { channels * inputPlane }
  package var outputPlane: Int { depth.outputs * rows.outputs * columns.outputs }
  var outputCount: Int { filters * outputPlane }
}
