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

  static let fastGradientSign = BibliographyEntry(
    "goodfellow2015explaining", "inproceedings",
    [
      ["author", "Goodfellow, Ian J. and Shlens, Jonathon and Szegedy, Christian"],
      ["title", "Explaining and Harnessing Adversarial Examples"],
      ["booktitle", "International Conference on Learning Representations"], ["year", "2015"],
      ["eprint", "1412.6572"], ["archiveprefix", "arXiv"],
    ])

  static let basicIterative = BibliographyEntry(
    "kurakin2017adversarial", "inproceedings",
    [
      ["author", "Kurakin, Alexey and Goodfellow, Ian J. and Bengio, Samy"],
      ["title", "Adversarial Examples in the Physical World"],
      ["booktitle", "International Conference on Learning Representations, Workshop Track"], ["year", "2017"],
      ["eprint", "1607.02533"], ["archiveprefix", "arXiv"],
    ])

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
