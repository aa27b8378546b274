import Diagnostics
import Runs
import Tensors

extension ImageTransform {
  /// What is commonly done wrong to images of `shape` `[channels, rows, columns]` on their way to `model`, undone; `images` tell
  /// their range.
  static func all(for shape: Shape, images: Tensor, model: RunConfiguration.Model) -> [ImageTransform] {
    // Of two that explain as much, the first is told: what the user asked for is doubted before the images are.
    let prepared = preparations(shape, model)
    let isPrepared = model.preprocessing != nil
    return (isPrepared ? prepared : []) + values(images, model) + (isPrepared ? [] : prepared) + orientations(shape)
      + orders(shape, model)
  }

  private static func values(_ images: Tensor, _ model: RunConfiguration.Model) -> [ImageTransform] {
    let pixels = images.scalars
    let (low, high) = pixels.reduce((Float.infinity, -Float.infinity)) { (min($0.0, $1), max($0.1, $1)) }
    let mean = Float(pixels.reduce(0.0) { $0 + Double($1) } / Double(max(pixels.count, 1)))
    let variance = pixels.reduce(0.0) { $0 + Double($1 - mean) * Double($1 - mean) } / Double(max(pixels.count, 1))
    let deviation = Float(variance.squareRoot())
    var all: [ImageTransform] = []
    if high > low, high - low < 0.9 {
      all.append(
        ImageTransform(
          title: "squeezed into \(low) … \(high)", remedy: "stretch them to the whole range of levels, 0 … 255",
          value: { ($0 - low) / (high - low) }))
    }
    all += [
      ImageTransform(title: "inverted", remedy: "save 255 − x for each level x", value: { 1 - $0 }),
      ImageTransform(
        title: "too dark: as if their levels had been squared, or made linear",
        remedy: "save the square root of each pixel",
        value: { max(0, $0).squareRoot() }),
      ImageTransform(
        title: "too bright: as if the square root of their levels had been taken",
        remedy: "save the square of each pixel",
        value: { $0 * $0 }),
      ImageTransform(
        title: "on another scale than [−1, 1]",
        remedy: model.advice([.range: "-1:1"]) ?? "make 2 x − 1 a part of the model: images are in [0, 1]",
        value: { 2 * $0 - 1 }),
      ImageTransform(
        title: "on another scale than 0 … 255",
        remedy: model.advice([.range: "0:255"]) ?? "make the factor 255 a part of the model: images are in [0, 1]",
        value: { 255 * $0 }),
    ]
    if deviation > 0 {
      all.append(
        ImageTransform(
          title: "not standardised",
          remedy: model.advice([
            .mean: "\((mean * 1000).rounded() / 1000)", .std: "\((deviation * 1000).rounded() / 1000)",
          ]).map { "\($0), or the numbers that it was trained with" }
            ?? "make subtracting the mean and dividing by the standard deviation a part of the model",
          value: { ($0 - mean) / deviation }))
    }
    return all
  }

  /// The seven other orientations of a square, three of any rectangle.
  private static func orientations(_ shape: Shape) -> [ImageTransform] {
    let (rows, columns) = (shape[1], shape[2])
    func moved(
      _ title: String, _ remedy: String, _ place: (_ row: Int, _ column: Int) -> (Int, Int)
    ) -> ImageTransform {
      let source = (0..<shape.count).map { index in
        let (channel, row, column) = (index / (rows * columns), index / columns % rows, index % columns)
        let (r, c) = place(row, column)
        return (channel * rows + r) * columns + c
      }
      return ImageTransform(title: title, remedy: remedy, isGeometric: true, source: source)
    }
    let flips = [
      moved("mirrored", "exchange left and right", { ($0, columns - 1 - $1) }),
      moved("upside down", "exchange top and bottom", { (rows - 1 - $0, $1) }),
      moved("rotated by 180°", "rotate them by 180°", { (rows - 1 - $0, columns - 1 - $1) }),
    ]
    guard rows == columns else {
      // Columns one after the other, read as rows.
      let source = (0..<shape.count).map { index in
        let (channel, row, column) = (index / (rows * columns), index / columns % rows, index % columns)
        return channel * rows * columns + column * rows + row
      }
      return flips + [
        ImageTransform(
          title: "written column by column", remedy: "save rows one after the other (order C, not Fortran)",
          isGeometric: true, source: source)
      ]
    }
    let last = rows - 1
    return flips + [
      moved("transposed", "exchange rows and columns", { ($1, $0) }),
      moved("rotated by 90° to the left", "rotate them by 90° to the right", { (last - $1, $0) }),
      moved("rotated by 90° to the right", "rotate them by 90° to the left", { ($1, last - $0) }),
      moved(
        "transposed along the other diagonal", "exchange rows and columns, then rotate by 180°",
        { (last - $1, last - $0) }),
    ]
  }

  /// Elements in another order, or displaced.
  private static func orders(_ shape: Shape, _ model: RunConfiguration.Model) -> [ImageTransform] {
    let (channels, rows, columns, count) = (shape[0], shape[1], shape[2], shape.count)
    let area = rows * columns
    func rolled(_ distance: Int, _ title: String, _ remedy: String) -> ImageTransform {
      ImageTransform(
        title: title, remedy: remedy, source: (0..<count).map { ((($0 + distance) % count) + count) % count })
    }
    func halved(_ title: String, byRows: Bool, byColumns: Bool) -> ImageTransform {
      let source = (0..<count).map { index in
        let row = (index / columns % rows + (byRows ? rows / 2 : 0)) % rows
        let column = (index % columns + (byColumns ? columns / 2 : 0)) % columns
        return index / area * area + row * columns + column
      }
      return ImageTransform(title: title, remedy: "exchange the halves again (ifftshift)", source: source)
    }
    var all = [
      halved("split: their upper and lower halves exchanged", byRows: true, byColumns: false),
      halved("split: their left and right halves exchanged", byRows: false, byColumns: true),
      halved("split: their quarters exchanged", byRows: true, byColumns: true),
    ]
    // Before displacements: two channels exchanged are the same as one displaced by its pixels.
    if channels > 1 {
      all.append(
        ImageTransform(
          title: channels == 3 ? "BGR rather than RGB" : "with their channels in the opposite order",
          remedy: "save the channels in the opposite order"
            + (model.advice([.channels: "bgr"]).map { "; or, if the model takes them so, \($0)" } ?? ""),
          source: (0..<count).map { (channels - 1 - $0 / area) * area + $0 % area }))
      all.append(
        ImageTransform(
          title: "saved with the channels last and read with the channels first",
          remedy: "transpose to [count, channels, rows, columns] before saving; do not reshape",
          source: (0..<count).map { $0 % area * channels + $0 / area }))
      all.append(
        ImageTransform(
          title: "saved with the channels first and read with the channels last",
          remedy: "transpose to [count, rows, columns, channels] before saving; do not reshape",
          source: (0..<count).map { $0 % channels * area + $0 / channels }))
    }
    // What a header of 4 (a number more or less), 8, 16 or 128 bytes does if it is taken for pixels, or skipped twice.
    for distance in [1, 4, 8, 16, 128] where distance < count {
      all.append(
        rolled(
          distance, "displaced by \(distance) pixel\(distance == 1 ? "" : "s"): they come too late",
          "skip \(distance) byte\(distance == 1 ? "" : "s") more before the first image"))
      all.append(
        rolled(
          -distance, "displaced by \(distance) pixel\(distance == 1 ? "" : "s"): they come too early",
          "begin \(distance) byte\(distance == 1 ? "" : "s") earlier: pixels were taken for a header"))
    }
    if count > 1 {
      all.append(
        ImageTransform(
          title: "byte-swapped: each pair of pixels exchanged", remedy: "exchange them again (byteswap)",
          source: (0..<count).map { $0 ^ 1 < count ? $0 ^ 1 : $0 }))
    }
    return all
  }
}
