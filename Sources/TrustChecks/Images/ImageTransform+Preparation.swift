import Classifiers
import Diagnostics
import Runs
import Tensors

extension ImageTransform {
  /// What models of other programs expect to be done to images of `shape` before them, and what was done although they do it
  /// themselves.
  static func preparations(_ shape: Shape, _ model: RunConfiguration.Model) -> [ImageTransform] {
    let (channels, area) = (shape[0], shape[1] * shape[2])
    var all: [ImageTransform] = []
    if channels == 3 {
      let (mean, std): ([Float], [Float]) = ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])
      all.append(
        ImageTransform(
          title: "not normalised as those of ImageNet are",
          remedy: model.advice([.mean: "0.485,0.456,0.406", .std: "0.229,0.224,0.225"])
            ?? "make subtracting the mean of ImageNet and dividing by its standard deviation a part of the model",
          channelValue: { ($0 - mean[$1]) / std[$1] }))
      let reversed = (0..<shape.count).map { (2 - $0 / area) * area + $0 % area }
      let caffe: [Float] = [103.939, 116.779, 123.68]
      all.append(
        ImageTransform(
          title: "not prepared as for models of Caffe",
          remedy: model.advice([.range: "0:255", .channels: "bgr", .mean: "103.939,116.779,123.68"])
            ?? "make the factor 255, the order BGR and subtracting the mean a part of the model",
          source: reversed, channelValue: { 255 * $0 - caffe[$1] }))
    }
    if let done = model.preprocessing, let undone = Self.undone(done, channels: channels) { all.append(undone) }
    return all
  }

  /// Images of which the preprocessing makes what they are: as if it were not there, but for sizes and order.
  private static func undone(_ steps: InputPreprocessing, channels: Int) -> ImageTransform? {
    guard steps.range != nil || steps.mean != nil || steps.std != nil else { return nil }
    let (low, high) = (steps.range?.low ?? 0, steps.range?.high ?? 1)
    func number(_ numbers: [Double]?, _ channel: Int, or fallback: Double) -> Double {
      guard let numbers, !numbers.isEmpty else { return fallback }
      return numbers[min(channel, numbers.count - 1)]
    }
    // What is done is scale · x + shift, to the channels in their new order.
    let affine = (0..<channels).map { channel -> (scale: Float, shift: Float) in
      let place = steps.channels == .bgr ? channels - 1 - channel : channel
      let std = number(steps.std, place, or: 1)
      return (Float((high - low) / std), Float((low - number(steps.mean, place, or: 0)) / std))
    }
    let settings: [(Setting, Bool)] = [
      (.range, steps.range != nil), (.mean, steps.mean != nil), (.std, steps.std != nil),
    ]
    return ImageTransform(
      title: "prepared twice",
      remedy:
        "leave out \(settings.filter(\.1).map { "\($0.0)" }.joined(separator: ", ")): the model seems to do that itself",
      channelValue: { ($0 - affine[$1].shift) / affine[$1].scale })
  }
}

extension RunConfiguration.Model {
  /// What to ask for so that `values` are done to images before it; nil if it holds its preprocessing itself, or some of them
  /// are done already.
  func advice(_ values: KeyValuePairs<Setting, String>) -> String? {
    guard isForeign else { return nil }
    let steps = preprocessing ?? InputPreprocessing()
    let isTaken = values.contains { setting, _ in
      switch setting {
      case .range: steps.range != nil
      case .channels: steps.channels != nil
      case .mean, .std: steps.mean != nil || steps.std != nil
      default: false
      }
    }
    return isTaken ? nil : "give \(Setting.set(values))"
  }
}
