import Tensors

/// Rectangles cut out of each image of `[batch, channels, rows, columns]`, of one size, each in a place of its own.
struct Crop: Operation {
  let rows: Int
  let columns: Int
  /// Where the rectangles begin, as many for each image, image by image.
  let origins: [(row: Int, column: Int)]

  var name: String { "crop" }

  func value(of inputs: [Tensor], saving: Bool) -> Evaluation {
    let shape = inputs[0].shape
    precondition(
      shape.rank == 4 && rows > 0 && columns > 0 && shape[0] > 0 && origins.count % shape[0] == 0,
      "crop: \(origins.count) rectangles of \(rows)×\(columns) of \(shape)")
    precondition(
      origins.allSatisfy { row, column in
        row >= 0 && column >= 0 && row + rows <= shape[2] && column + columns <= shape[3]
      }, "crop: a rectangle of \(rows)×\(columns) at \(origins) is not inside \(shape)")
    return Evaluation(
      .from(inputs[0], shape: [origins.count, shape[1], rows, columns]) { input, output in
        forEachRow(of: shape) { whole, cropped in
          (output.baseAddress! + cropped).update(from: input.baseAddress! + whole, count: columns)
        }
      })
  }

  func reverse(_ record: ReverseRecord) -> [Tensor?] {
    let shape = record.inputs[0].shape
    return [
      .from(record.gradient, shape: shape) { gradient, result in
        result.update(repeating: 0)
        // Rectangles of one image may overlap: what flows back to a pixel is a sum.
        forEachRow(of: shape) { whole, cropped in
          for i in 0..<columns { result[whole + i] += gradient[cropped + i] }
        }
      }
    ]
  }

  /// Calls `body` with where each row of each rectangle begins, among the elements of the images and of the rectangles.
  private func forEachRow(of shape: Shape, _ body: (_ whole: Int, _ cropped: Int) -> Void) {
    let perImage = origins.count / shape[0]
    var cropped = 0
    for (index, origin) in origins.enumerated() {
      for channel in 0..<shape[1] {
        let plane = (index / perImage * shape[1] + channel) * shape[2]
        for row in 0..<rows {
          body((plane + origin.row + row) * shape[3] + origin.column, cropped)
          cropped += columns
        }
      }
    }
  }
}

extension Variable {
  /// Rectangles of `rows` × `columns` pixels of the images of `[B, C, H, W]`, whose first pixels are at `origins`: with k
  /// origins for each image, image by image, `[B·k, C, rows, columns]`.
  public func cropped(rows: Int, columns: Int, at origins: [(row: Int, column: Int)]) -> Variable {
    applying(Crop(rows: rows, columns: columns, origins: origins))
  }
}
