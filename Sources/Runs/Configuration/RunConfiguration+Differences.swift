import Attacks
import Datasets

extension RunConfiguration {
  /// What this configuration has that `other` has not, one phrase per field, for an error message.
  package func differences(from other: RunConfiguration) -> [String] {
    var result: [String] = []
    func compare(_ field: String, _ mine: String, _ theirs: String) {
      if mine != theirs { result.append("\(field): \(theirs) there, \(mine) here") }
    }
    func compareHashes(_ field: String, _ mine: String, _ theirs: String) {
      guard mine != theirs else { return }
      // As many digits as tell them apart.
      let length = max(12, zip(mine, theirs).prefix { $0 == $1 }.count + 4)
      result.append("\(field): \(theirs.prefix(length)) there, \(mine.prefix(length)) here")
    }
    compare("models", models.map(\.name).joined(separator: ","), other.models.map(\.name).joined(separator: ","))
    for (mine, theirs) in zip(models, other.models) where mine.name == theirs.name {
      compareHashes("the file of \(mine.name)", mine.sha256, theirs.sha256)
    }
    compare("crops", cropsText, other.cropsText)
    compare("preprocessing", preprocessingText, other.preprocessingText)
    if dataset.path == nil || other.dataset.path == nil {
      compare("data set", "\(dataset.name)/\(dataset.split)", "\(other.dataset.name)/\(other.dataset.split)")
    }
    compare("viewpoints", dataset.viewpointsText, other.dataset.viewpointsText)
    compare("image count", "\(dataset.count)", "\(other.dataset.count)")
    compareHashes("hash of the data", dataset.sha256, other.dataset.sha256)
    compare("shape", "\(dataset.shape)", "\(other.dataset.shape)")
    compare(
      "classes", dataset.classNames.joined(separator: ", "), other.dataset.classNames.joined(separator: ", "))
    compareHashes("the hash of the images' numbers", dataset.imageIDsHash, other.dataset.imageIDsHash)
    compare(
      "attacks", attacks.map(\.description).joined(separator: ", "),
      other.attacks.map(\.description).joined(separator: ", "))
    compare(
      "objectives", attacks.map { $0.objective ?? "none" }.joined(separator: ", "),
      other.attacks.map { $0.objective ?? "none" }.joined(separator: ", "))
    compare("norm", norm.title, other.norm.title)
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

  fileprivate var preprocessingText: String {
    models.map { $0.preprocessingPhrases.isEmpty ? "none" : $0.preprocessingPhrases.joined(separator: ", ") }
      .joined(separator: "; ")
  }
}

extension RunConfiguration.Dataset {
  /// Whether an image's number means another image there: of other data, or downsampled. Names and paths decide nothing.
  package func isOfOtherImages(than other: Self) -> Bool { (sha256, shape) != (other.sha256, other.shape) }

  fileprivate var viewpointsText: String { viewpoints?.description ?? "all" }
}
