import Autodiff
import Diagnostics
import Synchronization
import Tensors

/// A model that was folded, fused and tried: what computes scores.
final class ONNXNetwork: Sendable {
  let input: ImageInput
  /// What is lowered.
  let model: ONNXModel
  let selection: ScoreSelection
  let classCount: Int
  /// How many images one program takes; nil: as many as are asked for.
  let groupSize: Int?
  let chunkSize: Int
  /// The names of nodes that were computed once, and of normalisations that went into weights.
  let folded: [String]
  let fused: [String]
  let notes: [String]
  /// The program for one group of images, or for one image: what a description shows.
  let sample: Program

  private let programs = Mutex<[Int: Program?]>([:])
  private let kept = KeptWeights()
  private let file: String

  /// The most elements that the reverse pass of one chunk keeps.
  private static let chunkElements = 1 << 26

  init(_ original: ONNXModel, options: ONNXClassifier.Options, file: String) throws {
    self.file = file
    let input = try ImageInput(of: original, layout: options.layout, imageShape: options.imageShape, file: file)
    let (constant, folded) = ConstantFolding.apply(to: original)
    let (whole, fused) = BatchNormalizationFolding.apply(to: constant)
    (self.input, self.folded, self.fused) = (input, folded, fused)

    let batch = input.fixedBatch ?? 1
    let (fusedModel, outputs, hopeless) = try Self.outputs(of: whole, input, batch: batch, options.output, kept, file)
    let (output, count) = try Self.output(outputs, of: fusedModel, batch: batch, named: options.output, file)
    var selection = ScoreSelection(of: output, classCount: count, in: fusedModel.graph)
    var model = fusedModel
    model.graph.outputs = [selection.name]
    ConstantFolding.removeUnused(from: &model.graph)
    var lowered = try Self.lowered(model, input, batch: batch, kept, file)
    if lowered.values[0].shape.count != batch * selection.width(classCount: count) {
      // What is before the softmax has another form: what is behind it will have to do.
      selection = ScoreSelection(unsquashed: output, classCount: count)
      model = fusedModel
      model.graph.outputs = [selection.name]
      ConstantFolding.removeUnused(from: &model.graph)
      lowered = try Self.lowered(model, input, batch: batch, kept, file)
    }
    (self.model, self.selection, self.classCount) = (model, selection, max(count, 2))
    sample = lowered.program
    var notes = [input.note, selection.note].compactMap { $0 }
    if !hopeless.isEmpty {
      notes.append("it can't compute \(hopeless.map { "“\($0)”" }.joined(separator: ", ")), which it does not need")
    }

    var group = input.fixedBatch
    let perImage = max(sample.resultElements / batch, 1)
    if group == nil, 2 * perImage > Self.chunkElements {
      // Two would not make a chunk, nor need they be tried.
      group = 1
      notes.append("its results for two images are large, so it is given one at a time")
    } else if group == nil, !Self.takesSeveral(model, input, sample, selection.width(classCount: count), kept, file) {
      group = 1
      notes.append("it computes several images otherwise than one at a time, so it is given one at a time")
    } else if let group, group > 1 {
      notes.append("it takes \(group) images at a time; the last group is filled up with copies")
    } else if group == 1 {
      notes.append("it takes one image at a time")
    }
    groupSize = group
    var chunk = 64
    while chunk > 1, chunk * perImage > Self.chunkElements { chunk /= 2 }
    if let group { chunk = max(chunk / group, 1) * group }
    chunkSize = chunk
    self.notes = notes
    programs.withLock { $0[batch] = lowered.program }
  }

  /// `[batch, classes]` for images `[batch, channel, row, column]`.
  func scores(of images: Variable) -> Variable {
    let count = images.shape[0]
    // Sizes that a constant of the file does not allow are rare, and show only when they are asked for.
    guard let groupSize = groupSize ?? (program(for: count) == nil ? 1 : nil) else { return run(images) }
    var parts: [Variable] = []
    for start in stride(from: 0, to: count, by: groupSize) {
      let rows = min(groupSize, count - start)
      var part = images.slice(axis: 0, range: start..<start + rows)
      if rows < groupSize {
        let last = part.slice(axis: 0, range: rows - 1..<rows)
        part = .concatenated([part] + [Variable](repeating: last, count: groupSize - rows), axis: 0)
      }
      let scores = run(part)
      parts.append(rows < groupSize ? scores.slice(axis: 0, range: 0..<rows) : scores)
    }
    return parts.count == 1 ? parts[0] : .concatenated(parts, axis: 0)
  }

  /// The program for `batch` images; nil if the model can't take so many at a time.
  private func program(for batch: Int) -> Program? {
    programs.withLock { programs in
      if let known = programs[batch] { return known }
      let program = try? Self.lowered(model, input, batch: batch, kept, file).program
      programs[batch] = .some(program)
      return program
    }
  }

  private func run(_ images: Variable) -> Variable {
    // The size of a group was tried when the model was read, and any other just before.
    guard let program = program(for: images.shape[0]) else {
      preconditionFailure("\(file): can't be lowered for \(images.shape[0]) images")
    }
    return Self.scores(program, images, input, selection.form)
  }

  private static func scores(
    _ program: Program, _ images: Variable, _ input: ImageInput, _ form: ScoreSelection.Form
  ) -> Variable {
    let batch = images.shape[0]
    var x = images
    if input.layout == .nhwc, input.dimensions.count == 3 { x = x.transposed([0, 2, 3, 1]) }
    let shape = Shape([batch] + input.dimensions)
    if x.shape != shape { x = x.reshaped(to: shape) }
    let output = program.run([x])[0]
    let scores = output.reshaped(to: [batch, output.shape.count / batch])
    guard form == .logitOfSecond else { return scores }
    // softmax([0, z]) is [1 − logistic(z), logistic(z)].
    return .concatenated([scores * 0, scores], axis: 1)
  }

  private static func lowered(
    _ model: ONNXModel, _ input: ImageInput, batch: Int, _ kept: KeptWeights, _ file: String
  ) throws -> (program: Program, values: [Value]) {
    let allowance = model.constantAllowance
    // A thousand channels of the size of an image are more than any classifier's; beside them, tables for all images.
    let builder = ProgramBuilder(
      tensorLimit: allowance + batch * input.imageShape.count << 10, constantLimit: allowance, kept: kept)
    let images = builder.input(shape: Shape([batch] + input.dimensions), type: input.type)
    do {
      let values = try GraphLowering.lower(model.graph, inputs: [input.name: .computed(images)], builder: builder)
      return (builder.program(inputs: [images], outputs: values), values)
    } catch let failure as GraphLowering.Failure {
      throw failure.error(file: file)
    }
  }

  /// The values of the outputs, and the names of those that can't be lowered, without which the model is returned: labels
  /// beside scores may need texts and tables.
  /// - Throws: what is the matter with all of them, if none holds scores.
  private static func outputs(
    of model: ONNXModel, _ input: ImageInput, batch: Int, _ chosen: String?, _ kept: KeptWeights, _ file: String
  ) throws -> (ONNXModel, [Value], hopeless: [String]) {
    do {
      return (model, try lowered(model, input, batch: batch, kept, file).values, [])
    } catch {
      var rest = model
      var (names, values): ([String], [Value]) = ([], [])
      for name in model.graph.outputs where chosen ?? name == name {
        rest.graph = model.graph
        rest.graph.outputs = [name]
        ConstantFolding.removeUnused(from: &rest.graph)
        guard let value = try? lowered(rest, input, batch: batch, kept, file).values.first else { continue }
        names.append(name)
        values.append(value)
      }
      guard values.contains(where: { $0.type.isReal && $0.constant == nil }) else { throw error }
      rest.graph = model.graph
      rest.graph.outputs = names
      ConstantFolding.removeUnused(from: &rest.graph)
      return (rest, values, model.graph.outputs.filter { !names.contains($0) })
    }
  }

  /// The output that holds a number for each class, and how many these are.
  private static func output(
    _ values: [Value], of model: ONNXModel, batch: Int, named chosen: String?, _ file: String
  ) throws -> (name: String, classCount: Int) {
    let names = model.graph.outputs
    let texts = zip(names, values).map { "“\($0)” \($1.shape)" }.joined(separator: ", ")
    if let chosen, !names.contains(chosen) {
      throw InputError(
        .model, file, "it has no output “\(chosen)”; its outputs are \(texts)", remedy: "name one of these")
    }
    let candidates = zip(names, values).filter { name, value in
      let dimensions = value.shape.dimensions
      guard value.type.isReal, value.constant == nil, dimensions.first == batch, chosen ?? name == name else {
        return false
      }
      return value.shape.count / batch == dimensions.max() || batch > 1 && dimensions.dropFirst().count { $0 > 1 } <= 1
    }
    guard let (name, value) = candidates.first(where: { $0.1.shape.count > batch }) ?? candidates.first else {
      throw InputError(
        .model, file, "no output holds a number for each class and image: its outputs are \(texts)",
        remedy: "export a classifier whose output is [batch, classes]")
    }
    return (name, value.shape.count / batch)
  }

  /// Whether the network gives two images of a batch what it gives each of them alone.
  private static func takesSeveral(
    _ model: ONNXModel, _ input: ImageInput, _ one: Program, _ width: Int, _ kept: KeptWeights, _ file: String
  ) -> Bool {
    guard let two = try? lowered(model, input, batch: 2, kept, file).program else { return false }
    var stream = RandomStream(seed: 0, 0x6f6e_6e78)
    let images = Tensor(uninitialized: input.imageShape.batched(2)) { pixels in
      for i in pixels.indices { pixels[i] = stream.uniform() }
    }
    let graph = Graph()
    guard two.outputShapes[0].count == 2 * width else { return false }
    let together = scores(two, graph.constant(images), input, .scores).value
    let apart = Tensor.concatenated(
      (0..<2).map { scores(one, graph.constant(images.rows($0..<$0 + 1)), input, .scores).value })
    let largest = apart.scalars.reduce(0) { max($0, abs($1)) }
    return zip(together.scalars, apart.scalars).allSatisfy {
      abs($0 - $1) <= 1e-4 * largest || $0.isNaN && $1.isNaN || $0 == $1
    }
  }
}

extension GraphLowering.Failure {
  /// All problems as one, with the nodes' names.
  func error(file: String) -> InputError {
    let shown = problems.prefix(12).map { "\($0.operatorName) “\($0.node)”: \($0.failure.problem)" }
    let rest = problems.count > 12 ? "; and \(problems.count - 12) more" : ""
    let isInvalid = problems.contains { $0.failure.kind == .invalid }
    return InputError(
      .model, file, shown.joined(separator: "; ") + rest,
      remedy: isInvalid
        ? "check the file, for example by `onnx.checker.check_model` with full_check, and export it again"
        : "export the model without these, for example by folding them (onnxsim) or in evaluation mode")
  }
}
