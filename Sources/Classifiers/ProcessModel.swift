import ExternalModels

/// Models that another process computes: `process: COMMAND`, or `socket: PATH`.
enum ProcessModel: ForeignClassifier {
  static let kind = "process"
  static let extensions: [String] = []

  static func recognises(_ name: String) -> Bool { ModelPlace(name) != nil }

  static func load(
    _ name: String, as chosen: String?, preprocessing: InputPreprocessing?
  ) throws -> LoadedClassifier {
    let classifier = try ExternalClassifier(ModelPlace(name)!, name: chosen)
    var notes = ["scores are computed by another process, which gives \(classifier.gives)"]
    if classifier.description.hash == nil {
      notes.append("the process gives no hash of its weights: a run knows it by where it is")
    }
    return LoadedClassifier(
      classifier, kind: kind, sha256: classifier.sha256, parameterCount: classifier.description.parameters ?? 0,
      notes: notes, preprocessing: preprocessing)
  }

  static func sha256(of name: String) throws -> String { try ExternalClassifier(ModelPlace(name)!).sha256 }
}
