/// Two yes-or-no outcomes of the same images, such as whether each of two models is right, counted.
public struct PairedProportions: Codable, Sendable, Hashable {
  /// Images for which both outcomes are yes.
  public var both: Int
  public var onlyFirst: Int
  public var onlySecond: Int
  public var neither: Int

  public init(both: Int = 0, onlyFirst: Int = 0, onlySecond: Int = 0, neither: Int = 0) {
    precondition(
      min(both, onlyFirst, onlySecond, neither) >= 0,
      "PairedProportions: \(both), \(onlyFirst), \(onlySecond), \(neither)")
    self.both = both
    self.onlyFirst = onlyFirst
    self.onlySecond = onlySecond
    self.neither = neither
  }

  /// - Precondition: both have an outcome for each image, in the same order.
  package init(_ first: [Bool], _ second: [Bool]) {
    precondition(first.count == second.count, "PairedProportions: \(first.count) and \(second.count) outcomes")
    self.init()
    for (first, second) in zip(first, second) { add(first: first, second: second) }
  }

  public mutating func add(first: Bool, second: Bool) {
    switch (first, second) {
    case (true, true): both += 1
    case (true, false): onlyFirst += 1
    case (false, true): onlySecond += 1
    case (false, false): neither += 1
    }
  }

  public var count: Int { both + onlyFirst + onlySecond + neither }
  /// Images on which the outcomes differ.
  public var discordant: Int { onlyFirst + onlySecond }
  public var first: Int { both + onlyFirst }
  public var second: Int { both + onlySecond }

  /// p₁ − p₂ = (onlyFirst − onlySecond) / n, the effect in the units of the proportions; 0 without images.
  public var difference: Double { count > 0 ? Double(onlyFirst - onlySecond) / Double(count) : 0 }

  /// onlyFirst / onlySecond, the conditional estimate of the odds ratio of matched pairs; nil where that divides by 0.
  public var oddsRatio: Double? { onlySecond > 0 ? Double(onlyFirst) / Double(onlySecond) : nil }

  /// Cohen's g: how far the share of the larger kind of discordant pair lies from one half; 0.05 is small, 0.15 medium,
  /// 0.25 large (Cohen 1988, §5.2). Nil without discordant pairs.
  public var cohensG: Double? {
    discordant > 0 ? Double(max(onlyFirst, onlySecond)) / Double(discordant) - 0.5 : nil
  }
}
