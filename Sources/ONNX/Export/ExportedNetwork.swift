import Autodiff
import Models
import Tensors

/// A network of ours that can be written as a graph of ONNX.
///
/// A network says this in one file of its own: how its layers, in evaluation, become nodes.
protocol ExportedNetwork: Model {
  /// Writes what the network makes of `image`, `[batch, channel, row, column]` in [0, 1].
  /// - Returns: the scores, `[batch, classes]`, by the last node written.
  func write(_ image: String, to writer: inout GraphWriter) -> String
}

extension ModelConfiguration {
  /// Writes what the first layer is given of `image`: standardised and cropped, as `prepared` does it.
  func writePreparation(of image: String, to writer: inout GraphWriter) -> String {
    var x = image
    switch preprocessing {
    case .none: break
    case .standardizeImage: x = writer.layer("standardize") { standardized(x, &$0) }
    }
    guard let crop, networkShape != inputShape else { return x }
    return writer.slice(
      x, [(axis: 2, range: centre.row..<centre.row + crop), (axis: 3, range: centre.column..<centre.column + crop)],
      "crop")
  }

  /// `(x - mean) / max(σ, 1/√N)`. The maximum is taken of the squares, as no gradient passes a root at 0.
  private func standardized(_ image: String, _ writer: inout GraphWriter) -> String {
    let axes = [1, 2, 3]
    let centred = writer.subtract(image, writer.reduce("Mean", image, axes, "mean"), "centred")
    let variance = writer.reduce("Mean", writer.multiply(centred, centred, "squares"), axes, "variance")
    let floor = writer.constant(1 / Float(inputShape.count), "floor")
    let deviation = writer.node("Sqrt", [writer.node("Max", [floor, variance], "floored")], "deviation")
    return writer.divide(centred, deviation, "image")
  }
}
