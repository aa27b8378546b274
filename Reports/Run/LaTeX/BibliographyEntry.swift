import Attacks

/// A work that the numbers of a run rest on, as BibTeX has it.
struct BibliographyEntry: Hashable {
  let key: String
  let kind: String
  let fields: [[String]]

  private init(_ key: String, _ kind: String, _ fields: [[String]]) {
    (self.key, self.kind, self.fields) = (key, kind, fields)
  }

  var bibTeX: String {
    "@\(kind){\(key),\n" + fields.map { "  \($0[0]) = {\($0[1])},\n" }.joined() + "}\n"
  }

  init(_ work: Citation) { self.init(work.key, work.kind, work.fields) }

  static let margin = BibliographyEntry(
    "carlini2017towards", "inproceedings",
    [
      ["author", "Carlini, Nicholas and Wagner, David"],
      ["title", "Towards Evaluating the Robustness of Neural Networks"],
      ["booktitle", "IEEE Symposium on Security and Privacy"], ["pages", "39--57"], ["year", "2017"],
      ["doi", "10.1109/SP.2017.49"],
    ])

  static let logitsRatio = BibliographyEntry(
    "croce2020reliable", "inproceedings",
    [
      ["author", "Croce, Francesco and Hein, Matthias"],
      [
        "title",
        "Reliable Evaluation of Adversarial Robustness with an Ensemble of Diverse Parameter-Free Attacks",
      ], ["booktitle", "International Conference on Machine Learning"],
      ["series", "Proceedings of Machine Learning Research"], ["volume", "119"], ["pages", "2206--2216"],
      ["year", "2020"],
    ])

  static let scoreInterval = BibliographyEntry(
    "wilson1927probable", "article",
    [
      ["author", "Wilson, Edwin B."],
      ["title", "Probable Inference, the Law of Succession, and Statistical Inference"],
      ["journal", "Journal of the American Statistical Association"], ["volume", "22"], ["number", "158"],
      ["pages", "209--212"], ["year", "1927"],
    ])
}
