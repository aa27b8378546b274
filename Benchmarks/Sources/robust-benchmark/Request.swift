import Tensors

/// One line of JSON that the worker reads; which fields are needed depends on `action`.
struct Request: Decodable {
  enum Action: String, Decodable {
    /// What this program and this machine are.
    case machine
    /// Writes a model of the catalogue to `path` as plain safetensors, for both sides to read.
    case export
    /// Writes images and labels of a data set to `path`.
    case images
    /// Gets `case` ready under the name `id`.
    case load
    /// Runs case `id` once and writes what it computes to `path`.
    case check
    /// Times case `id`, `repetitions` times.
    case time
    /// What `case` holds between forward and reverse pass, and by how much it makes the process grow: ask a fresh worker.
    case memory
    /// Forgets case `id`.
    case release
  }

  let action: Action
  var id: String?
  var `case`: Case?
  var path: String?
  var repetitions: Int?
  var model: ModelRequest?
  var dataset: String?
  var count: Int?
}

/// A model of the catalogue: as shipped, or with fresh weights for an input shape and a number of classes.
struct ModelRequest: Decodable {
  let name: String
  var inputShape: [Int]?
  var classes: Int?
}

/// A piece of work that both sides do.
struct Case: Decodable {
  enum Work: String, Decodable {
    case model, layer, training, trainer, sweep
  }

  /// How much is differentiated.
  enum Mode: String, Decodable {
    /// Nothing is kept for a reverse pass.
    case forward
    /// By the images, or by a layer's inputs.
    case input
    /// A model: by its weights. A layer: by its inputs and its weights.
    case all
  }

  let work: Work
  /// A checkpoint.
  let weights: String
  /// Images and labels, or a layer's inputs and the gradients of its outputs.
  var inputs: String?
  var mode: Mode?
  var layer: Layer?
  var sweep: Sweep?
  var batch: Int?
  var threads: Int

  struct Layer: Decodable {
    enum Kind: String, Decodable { case em, convolution, linear, pooling }

    let kind: Kind
    /// Prefix of its parameters.
    var name: String?
    var stride: Int?
    var padding: Int?
    var relu: Bool?
  }

  struct Sweep: Decodable {
    let attack: String
    /// As `robust sweep --epsilon` has it.
    let budgets: String
    let images: Int
    var rawCurves: Bool?
  }
}
