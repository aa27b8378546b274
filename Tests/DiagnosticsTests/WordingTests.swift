import Diagnostics
import Testing

/// What libraries say of what callers can set and do, where no program has words of its own for it.
@Suite struct WordingTests {
  @Test func fieldsAndCalls() {
    #expect("\(Setting.stepSize)" == "stepSize" && Setting.stepSize.set(to: 0.2) == "stepSize: 0.2")
    #expect(Setting.set([.attacks: "bim", .startsAtRandom: "true"]) == "attacks: bim, startsAtRandom: true")
    #expect("\(Action.merge)" == "ShardSet.merge(into:of:)")
    #expect("\(Action.resume(in: "a\"b"))" == #"Sweep.report(into: "a\"b")"#)
  }

  @Test func errorsNameSettings() {
    #expect(InputError(.usage, .steps, "0", remedy: "") == InputError(.usage, "steps", "0", remedy: ""))
  }

  @Test func otherWordsForTheSame() {
    let wording = Wording(
      setting: { "[\($0.rawValue)]" }, values: { $0.map { "\($0.rawValue)=\($1)" }.joined(separator: ";") },
      action: { "to \($0)" })
    #expect(wording.setting(.steps) == "[steps]" && wording.values([.steps: "3", .norm: "l2"]) == "steps=3;norm=l2")
    #expect(Wording.swift.action(.goOn) == "the same call")
  }
}
