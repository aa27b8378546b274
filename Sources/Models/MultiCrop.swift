public import Autodiff
import Diagnostics
import Files
import Foundation
public import Tensors

/// A model that looks at several crops of each image and averages what it sees (Hinton, Sabour & Frosst 2018, §5; as in the
/// authors' release, crops in the centre and on its diagonals, whose activations are normalised before they are added).
///
/// With activations aₖ of crop k of K, normalised to sum 1 over the classes, the activations are p = Σₖ (aₖ / Σ aₖ) / K. The
/// scores are ln p: they rank classes as p does, and cross-entropy on them is -ln p of the label. All is computed from
/// ln aₖ, so that activations that round to 0 or 1 still have a gradient.
public struct MultiCrop: Classifier {
  public let model: any Model
  /// Where the crops lie.
  public let offsets: [CropOffset]

  /// Crops in the centre and 1, 2, … pixels away from it towards each corner: 5, 9, 13, … of them.
  /// - Throws: `InputError` of kind `.usage` for another number, `.model` if the model sees whole images or a crop would not
  ///   be inside the image.
  public init(_ model: any Model, count: Int) throws {
    guard count >= 5, count % 4 == 1, count <= 1021 else {
      throw InputError(
        .usage, .crops, "found \(count); crops are one in the centre and four for each pixel away from it",
        remedy: "use 5, 9 or 13, as the paper's authors did")
    }
    guard let crop = model.configuration.crop else {
      throw InputError(
        .model, model.name, "sees whole images, and so there is only one crop of them",
        remedy: "leave \(Setting.crops) out, or name a model that was trained with \(Setting.crop)")
    }
    let reach = (count - 1) / 4
    let shape = model.configuration.inputShape
    guard (shape[1] - crop) / 2 >= reach, (shape[2] - crop) / 2 >= reach else {
      throw InputError(
        .usage, .crops,
        "\(count) crops reach \(reach) pixels from the centre, out of the image: \(model.name) sees "
          + "\(crop)×\(crop) pixels of \(shape)", remedy: "use fewer crops")
    }
    self.model = model
    var offsets = [CropOffset(rows: 0, columns: 0)]
    for d in 1...reach {
      for rows in [-d, d] { offsets += [-d, d].map { CropOffset(rows: rows, columns: $0) } }
    }
    self.offsets = offsets
  }

  /// `model` itself, or with `crops` crops.
  /// - Throws: as `init`.
  public static func classifier(_ model: any Model, crops: Int?) throws -> any Classifier {
    try crops.map { try MultiCrop(model, count: $0) } ?? model
  }

  public var name: String { model.name }
  public var inputShape: Shape { model.inputShape }
  public var classCount: Int { model.classCount }
  public var trainingLoss: Loss { model.trainingLoss }
  /// So that a chunk takes about as much memory as one of the model's.
  public var chunkSize: Int { max(1, model.chunkSize / offsets.count) }

  public func outputs(for images: Variable) -> ClassifierOutputs {
    let (batch, crops, classes) = (images.shape[0], offsets.count, classCount)
    let bound = model.parameters.bound(to: images.graph, trained: { _ in false })
    let each = model.outputs(for: images, parameters: bound, mode: .crops(offsets))
    // ln(a / Σ a), a row for each image and class, a column for each crop.
    let rows = model.logActivations(each).logSoftmax().reshaped(to: [batch, crops, classes])
      .transposed([0, 2, 1]).reshaped(to: [batch * classes, crops])
    // ln Σ exp x is x - logSoftmax(x) at any place: here, the first.
    let total = rows.slice(axis: 1, range: 0..<1) - rows.logSoftmax().slice(axis: 1, range: 0..<1)
    let scores = total.reshaped(to: [batch, classes]) - logarithm(of: crops)
    return ClassifierOutputs(scores: scores, activations: scores.exp())
  }

  private func logarithm(of count: Int) -> Float { Float(log(Double(count))) }
}
