public import Attacks
public import Classifiers
public import Datasets
import Files
public import Foundation

/// Everything that determines the result of a run: the same configuration gives the same records.
///
/// Where the run was started, when, and on how many threads is in `RunFacts`, since none of it changes the result.
public struct RunConfiguration: Codable, Sendable, Hashable {
  /// A classifier under attack.
  public struct Model: Codable, Sendable, Hashable {
    /// What reports call it; two models of a run may share a name, records refer to them by position.
    public var name: String
    /// The path it was read from as the user wrote it, or `shipped`.
    public var source: String
    /// SHA-256 of the file, and of those beside it that hold its weights, lower-case hexadecimal.
    public var sha256: String
    /// The architecture, for example `matrix-capsules`, or the format of a model of another program: `onnx`.
    public var kind: String
    /// The loss it was trained with, for example `spread(margin: 0.9)`; of another program's, what stands for it.
    public var loss: String
    public var parameterCount: Int
    /// Accuracy on its whole test set, as its metadata states it, in [0, 1].
    public var testAccuracy: Double?
    /// How many images one chunk of work holds.
    public var chunkSize: Int
    /// Over how many crops of each image the model's outputs are averaged, if over several.
    public var crops: Int?
    /// What is done to images before the model, which does not do it itself; nil: nothing, or it does.
    public var preprocessing: InputPreprocessing?
    /// What was taken for granted when it was read, for people: sentences without a full stop.
    public var notes: [String]?

    public init(
      name: String, source: String, sha256: String, kind: String, loss: String, parameterCount: Int,
      testAccuracy: Double? = nil, chunkSize: Int, crops: Int? = nil, preprocessing: InputPreprocessing? = nil,
      notes: [String]? = nil
    ) {
      self.name = name
      self.source = source
      self.sha256 = sha256
      self.kind = kind
      self.loss = loss
      self.parameterCount = parameterCount
      self.testAccuracy = testAccuracy
      self.chunkSize = chunkSize
      self.crops = crops
      self.preprocessing = preprocessing
      self.notes = notes
    }

    /// What is done to images before it, a phrase for each step in their order; empty: nothing is.
    package var preprocessingPhrases: [String] { preprocessing?.phrases ?? [] }
  }

  /// The images that are attacked.
  public struct Dataset: Codable, Sendable, Hashable {
    /// What reports call it: a name that robust knows, or for images of one's own that of their file, or a chosen one.
    public var name: String
    /// The file of images of one's own, as the user wrote it; earlier versions have it as `name`.
    public var source: String?
    /// For example `test`.
    public var split: String
    /// SHA-256 of the data set's contents, lower-case hexadecimal.
    public var sha256: String
    /// How many images are attacked, after the limit.
    public var count: Int
    /// SHA-256 of the image ids in order, lower-case hexadecimal.
    public var imageIDsHash: String
    /// `[channels, rows, columns]`.
    public var shape: [Int]
    /// One name per class; the class count is their number.
    public var classNames: [String]
    /// The viewpoints that were asked for, if not all.
    public var viewpoints: ViewpointSelection?
    /// What made pictures of several sizes images of one, if they were.
    public var fit: ImageFit?

    /// The name with what part of it is meant, and what was done to it: `smallnorb (test, azimuth 0,2,4)`.
    package var title: String {
      "\(name) (\([split, viewpoints?.description, fit?.description].compactMap { $0 }.joined(separator: ", ")))"
    }

    public init(
      name: String, split: String, sha256: String, count: Int, imageIDsHash: String, shape: [Int],
      classNames: [String], viewpoints: ViewpointSelection? = nil, source: String? = nil, fit: ImageFit? = nil
    ) {
      self.name = name
      self.source = source
      self.split = split
      self.sha256 = sha256
      self.count = count
      self.imageIDsHash = imageIDsHash
      self.shape = shape
      self.classNames = classNames
      self.viewpoints = viewpoints
      self.fit = fit
    }
  }

  /// An attack with its hyperparameters.
  public struct Attack: Codable, Sendable, Hashable {
    /// For example `fgsm`.
    public var name: String
    /// In the order in which they are printed.
    public var parameters: [AttackParameter]
    /// The loss it ascends, for example `cross-entropy`; nil of an attack that asks for no gradient.
    public var objective: String?
    /// The printed form that reproduces it.
    public var description: String

    /// What reports call it.
    package var title: String { profile?.title ?? name }

    /// What this version knows of it; nil if it has no such attack.
    package var profile: AttackProfile? { AttackCatalog.profile(of: name) }

    /// Whether it searches on the grid of 8-bit images.
    package var isOnLattice: Bool { parameters.contains(.init("lattice", true)) }

    public init(name: String, parameters: [AttackParameter], objective: String?, description: String) {
      self.name = name
      self.parameters = parameters
      self.objective = objective
      self.description = description
    }
  }

  public var models: [Model]
  public var dataset: Dataset
  public var attacks: [Attack]
  /// What perturbations are measured by, for example `l2`; nil for L∞, as in runs of versions that knew no other.
  private var normName: String?
  public var goals: [TargetChoice]
  /// In ascending order.
  public var budgets: [Budget]
  /// How many images were asked for, if fewer than all.
  public var limit: Int?
  public var seed: UInt64
  /// Whether every image is attacked at every budget, rather than only until it is first beaten.
  public var rawCurves: Bool
  public var toolVersion: String

  public init(
    models: [Model], dataset: Dataset, attacks: [Attack], norm: any Norm, goals: [TargetChoice], budgets: [Budget],
    limit: Int? = nil, seed: UInt64, rawCurves: Bool = false, toolVersion: String
  ) {
    self.models = models
    self.dataset = dataset
    self.attacks = attacks
    self.goals = goals
    self.budgets = budgets
    self.limit = limit
    self.seed = seed
    self.rawCurves = rawCurves
    self.toolVersion = toolVersion
    self.norm = norm
  }

  private enum CodingKeys: String, CodingKey {
    case models, dataset, attacks, goals, budgets, limit, seed, rawCurves, toolVersion
    case normName = "norm"
  }

  /// What perturbations are measured by.
  /// - Precondition: `problem` is nil.
  public var norm: any Norm {
    get { NormCatalog.all.first { $0.name == normName ?? LInfinity().name }! }
    set { normName = newValue.name == LInfinity().name ? nil : newValue.name }
  }

  /// The name of a norm that this version does not have.
  var unknownNorm: String? {
    normName.flatMap { name in NormCatalog.all.contains { $0.name == name } ? nil : name }
  }

  public var classCount: Int { dataset.classNames.count }

  /// JSON with sorted keys and no white space: equal configurations have equal bytes.
  public var canonicalJSON: Data {
    do {
      return try JSONEncoder.compact.encode(self)
    } catch {
      preconditionFailure("RunConfiguration: budgets and accuracies must be finite (\(error))")
    }
  }

  /// SHA-256 of `canonicalJSON` without what is only for people, lower-case hexadecimal: equal for the same work, wherever
  /// its models and images lie and whatever their files are called.
  public var configurationHash: String { Checksum.sha256(of: withoutPlaces.canonicalJSON) }

  /// The configuration as it would be if all models were shipped, and images of one's own had neither file nor name.
  private var withoutPlaces: RunConfiguration {
    var identity = self
    for index in identity.models.indices {
      identity.models[index].source = Model.shipped
      identity.models[index].notes = nil
    }
    identity.dataset = dataset.withoutPlace
    return identity
  }
}

extension RunConfiguration.Dataset {
  /// Where images of one's own were, as the user wrote it; `nil` of a data set that robust knows by name.
  package var path: String? {
    if let source { return source }
    let isFile = name.contains("/") || [".npz", ".npy", ".npy.gz", ".npy.zst"].contains { name.hasSuffix($0) }
    return isFile ? name : nil
  }

  /// The same without file, name and split of images of one's own, and what made them of one size: their hash identifies them.
  package var withoutPlace: Self {
    guard path != nil else { return self }
    var identity = self
    (identity.name, identity.source, identity.split, identity.fit) = ("", nil, "", nil)
    return identity
  }
}
