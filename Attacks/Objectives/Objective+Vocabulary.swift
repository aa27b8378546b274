public import Diagnostics

extension Objective {
  /// What objectives are called, here and elsewhere.
  public static let vocabulary = Vocabulary(
    "objective", names: allCases.map(\.rawValue),
    synonyms: [
      "ce": crossEntropy.rawValue, "xent": crossEntropy.rawValue, "softmax-cross-entropy": crossEntropy.rawValue,
      "cw": margin.rawValue, "carlini-wagner": margin.rawValue, "logit-margin": margin.rawValue,
      "margin-loss": margin.rawValue, "difference-of-logits-ratio": dlr.rawValue, "dlr-loss": dlr.rawValue,
      "own": ownLoss.rawValue, "training-loss": ownLoss.rawValue,
    ],
    hints: [
      .init(
        "spread", "train", "model", "default",
        text: "own-loss is the loss that the model was trained with, whichever it was"),
      .init("hinge", text: "nearest comes margin, the difference of the two scores without a bound"),
      .init("mse", "l2", "kl", "nll", "logits", text: "nearest comes cross-entropy on the scores"),
    ])
}
