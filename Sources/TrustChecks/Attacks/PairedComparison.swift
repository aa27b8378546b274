import Runs
import Statistics

/// Another way to beat the images of the sample (first) against what the records say of an attack (second).
struct PairedComparison {
  private let pairs: PairedProportions
  /// How likely the rival would win so often if it were no stronger.
  let pValue: Double

  init(_ subject: TrustCheckSubject, _ totals: TrustCheckTotals, beaten rival: [Bool]) throws {
    let survivors = Set(try subject.survivors(totals))
    pairs = PairedProportions(rival, subject.sample.ids.indices.map { !survivors.contains($0) })
    pValue = McNemarTest.exactPValue(firstLarger: pairs)
  }

  var images: Int { pairs.count }
  var beaten: Int { pairs.first }
  var attackBeaten: Int { pairs.second }
  var onlyRival: Int { pairs.onlyFirst }
  var onlyAttack: Int { pairs.onlySecond }
  var isStronger: Bool { pValue < Significance.level }

  var numbers: [String: Double] {
    [
      "images": Double(images), "beatenByRival": Double(beaten), "beatenByAttack": Double(attackBeaten),
      "onlyByRival": Double(onlyRival), "onlyByAttack": Double(onlyAttack), "pValue": pValue,
    ]
  }
}
