import Models
package import Tensors

/// How large the gradients of some images are, and how much of them is exactly zero.
package struct GradientSize: Sendable {
  private var elements = 0
  private var zeros = 0
  private var sum = 0.0
  private var elementsInside = 0
  private var zerosInside = 0
  private var sumInside = 0.0
  private var images = 0
  /// Images without any element that is not zero.
  private var blank = 0

  init() {}

  /// Counts `gradient` `[batch, channel, row, column]`, and what lies `inside` the rows and columns that the network sees.
  package init(_ gradient: Tensor, inside: (rows: Range<Int>, columns: Range<Int>)) {
    let (channels, rows, columns) = (gradient.shape[1], gradient.shape[2], gradient.shape[3])
    gradient.withUnsafeBuffer { values in
      var position = 0
      for _ in 0..<gradient.shape[0] {
        var isBlank = true
        for _ in 0..<channels {
          for row in 0..<rows {
            for column in 0..<columns {
              let value = Double(abs(values[position]))
              position += 1
              elements += 1
              sum += value
              zeros += value == 0 ? 1 : 0
              isBlank = isBlank && value == 0
              guard inside.rows.contains(row), inside.columns.contains(column) else { continue }
              elementsInside += 1
              sumInside += value
              zerosInside += value == 0 ? 1 : 0
            }
          }
        }
        images += 1
        blank += isBlank ? 1 : 0
      }
    }
  }

  package var zeroShare: Double { Double(zeros) / Double(max(elements, 1)) }
  package var zeroShareInside: Double { Double(zerosInside) / Double(max(elementsInside, 1)) }
  package var blankShare: Double { Double(blank) / Double(max(images, 1)) }
  /// The mean absolute value of all elements.
  package var mean: Double { sum / Double(max(elements, 1)) }
  package var meanInside: Double { sumInside / Double(max(elementsInside, 1)) }

  package static func + (a: GradientSize, b: GradientSize) -> GradientSize {
    var total = a
    total.elements += b.elements
    total.zeros += b.zeros
    total.sum += b.sum
    total.elementsInside += b.elementsInside
    total.zerosInside += b.zerosInside
    total.sumInside += b.sumInside
    total.images += b.images
    total.blank += b.blank
    return total
  }
}

extension Model {
  /// The rows and columns of the image that the network sees when it is not in training.
  var seenRegion: (rows: Range<Int>, columns: Range<Int>) {
    let (rows, columns) = (configuration.networkShape[1], configuration.networkShape[2])
    let (top, left) = ((inputShape[1] - rows) / 2, (inputShape[2] - columns) / 2)
    return (top..<(top + rows), left..<(left + columns))
  }
}
