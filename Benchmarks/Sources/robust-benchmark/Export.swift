import Arrays
import Datasets
import Models
import Tensors

/// Writes a checkpoint in full precision and uncompressed, which any safetensors reader can load.
func exportModel(_ request: ModelRequest, to path: String) throws {
  if let shape = request.inputShape, let classes = request.classes {
    let preset = try ModelCatalog.Preset(parsing: request.name)
    try Checkpoint.write(
      try preset.model(inputShape: Shape(shape), classCount: classes, seed: 1), provenance: .init(), to: path)
  } else {
    try Checkpoint.write(try ModelCatalog.load(request.name).model, provenance: .init(), to: path)
  }
}

/// Writes `images` and `labels` of the shipped subset, in the order in which sweeps take them.
func exportImages(of dataset: String, count: Int, to path: String) throws {
  let images = try DatasetCatalog().load(dataset).first(count)
  try SafeTensors(tensors: [
    "images": images.images(at: 0..<images.count),
    "labels": Tensor(images.labels.map { Float($0) }, shape: [images.count]),
  ]).write(to: path)
}
