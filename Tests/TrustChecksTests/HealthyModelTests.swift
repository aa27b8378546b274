import Attacks
import Diagnostics
import Foundation
import Models
import RunSamples
import Runs
import Sweeps
import Tensors
import Testing
import TrustChecks

@Suite struct HealthyModelTests {
  private static let attacks: [any Attack] = [FGSM(), BIM(), FGSM(objective: .margin)]

  @Test(arguments: [1, 2, 3] as [UInt64])
  func everyCheckIsSilent(seed: UInt64) throws {
    for model in [LinearModel(seed: seed), ReLUModel(seed: seed)] as [any Classifier] {
      let run = try CheckedRun([model], attacks: Self.attacks, epsilon: "0,0.02,0.1,0.5", seed: seed)
      let report = try run.report(.all)
      #expect(report.findings == [])
      #expect(report.checks.map(\.check) == TrustCheckSelection.all.names)
      #expect(!report.checks.contains { $0.verdict == .found })
    }
  }

  /// A healthy model with few images must not raise an alarm by chance.
  @Test func fewImagesRaiseNoAlarm() throws {
    for seed in 1...8 as ClosedRange<UInt64> {
      for count in [1, 5, 12] {
        let run = try CheckedRun([LinearModel(seed: seed)], attacks: Self.attacks, count: count, seed: seed)
        #expect(try run.report(.all).findings == [], "\(count) images, seed \(seed)")
      }
    }
  }

  @Test func targetedRunsAreChecked() throws {
    let run = try CheckedRun([LinearModel()], goals: [.each, .leastLikely], rawCurves: true)
    let report = try run.report(.all)
    #expect(report.findings == [])
    #expect(report.checks.first { $0.check == "zero-gradients" }?.verdict == .passed)
    #expect(report.checks.first { $0.check == "random-noise" }?.verdict == .notApplicable)
  }

  @Test func aModelThatIsNeverRightHasNothingToCheck() throws {
    let run = try CheckedRun([WrongDataTests.balanced(seed: 2)], count: 480)
    let report = try run.report(.all, change: "UPDATE record SET cleanPrediction = (label + 1) % 10, success = 0")
    // That it is always wrong, and in the same way, is said before any attack.
    let before: Set = ["chance-accuracy", "permuted-labels", "transformed-images", "recorded-accuracy"]
    let chance = report.checks.first { $0.check == "chance-accuracy" }
    #expect(report.findings.contains { $0.check == "chance-accuracy" }, "\(chance?.reason ?? "")")
    let permuted = report.findings.first { $0.check == "permuted-labels" }
    #expect(permuted?.remedy.contains("add 1 to every label, modulo 10") == true)
    #expect(
      report.checks.allSatisfy {
        before.contains($0.check) || $0.verdict == .notApplicable || $0.check == "non-finite"
      })
  }

  @Test func threadsDoNotMatter() throws {
    let broken = AlteredClassifier(ofImages: .init(reverse: { $1.map { _ in 0 } }))
    let run = try CheckedRun([broken, LinearModel()], attacks: Self.attacks)
    let one = try run.report(.all, threads: 1)
    #expect(one == (try run.report(.all, threads: 2)))
    #expect(one.findings.count > 4 && one.findings.map(\.severity) == one.findings.map(\.severity).sorted(by: >))
  }

  @Test func cancellingStoresNothing() throws {
    try withFolder { folder in
      let sweep = try CheckedRun([LinearModel()]).sweep
      let directory = try SweepDirectory.open(at: folder.path, configuration: sweep.configuration)
      _ = try sweep.run(into: directory, threads: 1, examples: .first(0))
      #expect(try sweep.check(directory.store, threads: 1, isCancelled: { true }) == nil)
      #expect(try directory.store.checkReport() == TrustReport())
      #expect(try sweep.check(directory.store, .none, threads: 1) == TrustReport())
      try directory.store.close()
    }
  }

  @Test func selectionsAreParsed() throws {
    #expect(try TrustCheckSelection(parsing: "all").names == TrustCheckSelection.all.names)
    #expect(try TrustCheckSelection(parsing: "none") == .none)
    #expect(try TrustCheckSelection(parsing: "default").names.contains("zero-gradients"))
    #expect(try !TrustCheckSelection(parsing: "default").names.contains("square-attack"))
    let two = try TrustCheckSelection(parsing: "non-finite, zero-gradients")
    #expect(two.names == ["zero-gradients", "non-finite"])
    let error = #expect(throws: InputError.self) { try TrustCheckSelection(parsing: "zero-gradient") }
    #expect(error?.kind == .usage && error?.remedy.contains("zero-gradients") == true)
    #expect(throws: InputError.self) { try TrustCheckSelection(parsing: "") }
    let mixed = #expect(throws: InputError.self) { try TrustCheckSelection(parsing: "all,none") }
    #expect(mixed?.remedy.contains("all alone") == true)
  }
}
