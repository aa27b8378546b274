/// Where the models and images of a run are now, as far as they are not where the run found them.
///
/// Their hashes decide whether they are those of the run; names and paths only say where to look.
public struct RunPlaces: Sendable {
  /// Files of models, with the name that the run has for the model, or nil for whichever has the file's hash.
  public var models: [(name: String?, path: String)]
  /// The file of images of one's own, or the folder that holds the files of a data set that robust knows by name.
  public var dataset: String?

  public init(models: [(name: String?, path: String)] = [], dataset: String? = nil) {
    self.models = models
    self.dataset = dataset
  }
}
