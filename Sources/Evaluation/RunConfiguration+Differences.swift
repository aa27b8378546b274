import Datasets

extension RunConfiguration {
  /// What this configuration has that `other` has not, one phrase per field, for an error message.
  func differences(from other: RunConfiguration) -> [String] {
    var result: [String] = []
    func compare(_ field: String, _ mine: String, _ theirs: String) {
      if mine != theirs { result.append("\(field): \(theirs) there, \(mine) here") }
    }
    compare("models", models.map(\.name).joined(separator: ","), other.models.map(\.name).joined(separator: ","))
    for (mine, theirs) in zip(models, other.models) where mine != theirs && mine.name == theirs.name {
      compare("the checkpoint of \(mine.name)", String(mine.sha256.prefix(12)), String(theirs.sha256.prefix(12)))
    }
    compare("crops", cropsText, other.cropsText)
    compare("data set", "\(dataset.name)/\(dataset.split)", "\(other.dataset.name)/\(other.dataset.split)")
    compare("viewpoints", dataset.viewpointsText, other.dataset.viewpointsText)
    compare("image count", "\(dataset.count)", "\(other.dataset.count)")
    compare("hash of the data", String(dataset.sha256.prefix(12)), String(other.dataset.sha256.prefix(12)))
    compare(
      "attacks", attacks.map(\.description).joined(separator: ", "),
      other.attacks.map(\.description).joined(separator: ", "))
    compare(
      "objectives", attacks.map(\.objective).joined(separator: ", "),
      other.attacks.map(\.objective).joined(separator: ", "))
    compare("goals", goals.map(\.rawValue).joined(separator: ","), other.goals.map(\.rawValue).joined(separator: ","))
    compare(
      "budgets", budgets.map(\.text).joined(separator: ","), other.budgets.map(\.text).joined(separator: ","))
    compare("seed", "\(seed)", "\(other.seed)")
    compare("raw curves", "\(rawCurves)", "\(other.rawCurves)")
    compare("tool version", toolVersion, other.toolVersion)
    return result.isEmpty ? ["the same options, but models or data with other properties"] : result
  }
}

extension RunConfiguration {
  fileprivate var cropsText: String { models.map { $0.crops.map(String.init) ?? "1" }.joined(separator: ",") }
}

extension RunConfiguration.Dataset {
  /// Whether an image's number means another image there: of other data, or downsampled.
  func isOfOtherImages(than other: Self) -> Bool {
    (sha256, split, shape) != (other.sha256, other.split, other.shape)
  }

  fileprivate var viewpointsText: String { viewpoints?.description ?? "all" }
}
