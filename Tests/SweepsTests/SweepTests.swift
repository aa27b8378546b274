import Attacks
import Datasets
import Diagnostics
import Files
import Foundation
import Models
import RunSamples
import Runs
import Sweeps
import Synchronization
import Tensors
import TestSupport
import Testing

@Suite struct SweepTests {
  @Test("There is a record for each model, attack, goal, target, budget and image, and it is what the attack did")
  func records() throws {
    try withFolder { folder in
      let sample = try SweepSample(goals: [.untargeted, .each], attacks: [FGSM(), BIM(steps: 3)])
      let records = try sample.run(in: folder).store.records()
      #expect(records.count == 2 * 2 * (1 + 4) * 3 * 10)

      let (dataset, model) = (sample.sweep.dataset, sample.models[1])
      let images = dataset.images(at: 0..<10)
      let clean = model.predictions(for: images)
      let expected = try BIM(steps: 3).run(
        on: model, images: images, labels: dataset.labels, goal: .targeted(Array(repeating: 2, count: 10)),
        budgets: [0, 8 / 255, 0.2])
      for record in records where record.model == 1 && record.attack == 1 && record.goal == 1 && record.target == 2 {
        let row = try #require(dataset.ids.firstIndex(of: record.image))
        let account = expected[record.budget].accounts[row]
        #expect(record.label == dataset.labels[row] && record.cleanPrediction == clean[row])
        #expect(record.prediction == account.prediction && record.success == account.succeeded)
        #expect(record.forwards == account.forwards && record.backwards == account.backwards)
        let change = zip(
          expected[record.budget].images.rows(row..<row + 1).scalars, images.rows(row..<row + 1).scalars
        ).map { Double($0) - Double($1) }
        #expect(abs(Double(record.distances["linf"]!) - (change.map { abs($0) }.max() ?? 0)) < 1e-6)
        #expect(abs(Double(record.distances["l2"]!) - change.reduce(0) { $0 + $1 * $1 }.squareRoot()) < 1e-5)
        #expect(record.seed == 7)
        #expect(record.attacked == (account.attacked && record.budget > 0))
      }
      #expect(records.contains { $0.success } && records.contains { !$0.wasCorrect })
      #expect(records.allSatisfy { !$0.success || ($0.wasCorrect && $0.target != $0.label) })
    }
  }

  @Test("Threads change neither records nor files")
  func threads() throws {
    try withFolder { one in
      try withFolder { two in
        let goals: [TargetChoice] = [.untargeted, .random]
        let attacks: [any Attack] = [FGSM(), BIM(steps: .relative(count: 3, relativeSize: 0.4), startsAtRandom: true)]
        let first = try SweepSample(count: 23, goals: goals, attacks: attacks).run(in: one, threads: 1)
        let second = try SweepSample(count: 23, goals: goals, attacks: attacks).run(in: two, threads: 4)
        #expect(try first.store.records() == second.store.records())
        let files = try pictures(below: one)
        #expect(files.count > 20)
        #expect(try files == pictures(below: two))
      }
    }
  }

  @Test("A chunk that is cancelled between two steps is dropped, and computed again")
  func dropsChunks() throws {
    try withFolder { whole in
      try withFolder { parts in
        // Targets that are not reached, so that all steps are taken.
        func sample() throws -> SweepSample {
          try SweepSample(count: 11, goals: [.random], attacks: [BIM(steps: 50)], epsilon: "0.001,0.002")
        }
        let expected = try sample().run(in: whole)
        let interrupted = try sample()
        let directory = try SweepDirectory.open(at: parts.path, configuration: interrupted.configuration)
        let asked = Mutex(0)
        // In the middle of the second chunk: one of 4 images is two budgets of 50 steps.
        let isComplete = try interrupted.sweep.run(
          into: directory, threads: 1,
          isCancelled: {
            asked.withLock {
              $0 += 1
              return $0 > 300
            }
          })
        #expect(!isComplete)
        #expect(try directory.store.recordCount() == 4 * 2)
        // It was asked once more, and no step was taken after that.
        #expect(asked.withLock { $0 } <= 303)
        try directory.store.close()
        let resumed = try sample()
        let again = try SweepDirectory.open(at: parts.path, configuration: resumed.configuration)
        #expect(try resumed.sweep.run(into: again, threads: 2))
        #expect(try again.store.records() == expected.store.records())
      }
    }
  }

  @Test("A cancelled sweep resumes with the chunks that are missing, and ends like a whole one")
  func resumes() throws {
    try withFolder { whole in
      try withFolder { parts in
        let sample = try SweepSample(count: 11)
        let expected = try sample.run(in: whole)

        let interrupted = try SweepSample(count: 11)
        let done = Mutex<[Sweep.Progress]>([])
        let directory = try SweepDirectory.open(at: parts.path, configuration: interrupted.configuration)
        let isComplete = try interrupted.sweep.run(
          into: directory, threads: 1, isCancelled: { done.withLock { $0.count >= 2 } },
          progress: { step in done.withLock { $0.append(step) } })
        #expect(!isComplete)
        #expect(done.withLock { $0.map(\.done) } == [4, 8])
        #expect(try directory.store.recordCount() == 8 * 3)
        #expect(!FileManager.default.fileExists(atPath: directory.images.appending(path: "manifest.csv").path))
        try directory.store.close()

        let resumed = try SweepSample(count: 11)
        let again = try SweepDirectory.open(at: parts.path, configuration: resumed.configuration)
        #expect(again.isResumed)
        let later = Mutex<[Sweep.Progress]>([])
        #expect(
          try resumed.sweep.run(
            into: again, threads: 1, examples: .first(3), progress: { step in later.withLock { $0.append(step) } }))
        #expect(later.withLock { $0.map(\.done) } == [11, 15, 19, 22])
        #expect(later.withLock { $0.map(\.model) } == ["first", "second", "second", "second"])
        #expect(later.withLock { $0.last?.total } == 22)
        #expect(try again.store.records() == expected.store.records())
        let manifest = "images/manifest.csv"
        #expect(
          try Data(contentsOf: parts.appending(path: manifest)) == Data(contentsOf: whole.appending(path: manifest)))
      }
    }
  }

  @Test("A complete run has nothing left to do; asked for more pictures, it makes only those")
  func repeats() throws {
    try withFolder { folder in
      let sample = try SweepSample()
      let directory = try sample.run(in: folder, examples: .first(0))
      #expect(!FileManager.default.fileExists(atPath: directory.images.path))
      let records = try directory.store.records()
      try directory.store.close()

      let idle = try SweepSample()
      let before = idle.models.map(\.work.value)
      try idle.run(in: folder, examples: .first(0)).store.close()
      #expect(idle.models.map(\.work.value) == before)

      let more = try SweepSample()
      let again = try more.run(in: folder, examples: .first(2))
      #expect(try again.store.records() == records)
      try again.store.close()
      let path = "images/first/fgsm/untargeted/eps-8_255/00100.png"
      let picture = try #require(try pictures(below: folder)[path])

      // What a power cut can leave of a file that was not flushed.
      try Data().write(to: folder.appending(path: path))
      try SweepSample().run(in: folder, examples: .first(2)).store.close()
      #expect(try pictures(below: folder)[path] == picture)
    }
  }

  @Test("What does not suit is refused before anything is done")
  func refusals() throws {
    func kind(_ body: () throws -> SweepSample) -> InputError.Kind? {
      do { _ = try body() } catch { return (error as? InputError)?.kind }
      return nil
    }
    #expect(kind { try SweepSample(goals: [.target(4)]) } == .usage)
    #expect(kind { try SweepSample(classes: 3, goals: [.random], attacks: [FGSM(objective: .dlr)]) } == .usage)
    #expect(kind { try SweepSample(count: 0) } == .dataset)
    #expect(kind { try SweepSample() } == nil)

    let sample = try SweepSample()
    let other = SweepModel("other", shape: [1, 5, 5], classes: 4, seed: 1)
    let error = #expect(throws: InputError.self) {
      try Sweep(
        sample.configuration, models: [sample.models[0], other], attacks: sample.sweep.attacks,
        dataset: sample.sweep.dataset)
    }
    #expect(error?.kind == .model && error?.problem.contains("1×5×5") == true)
  }
}

@Suite struct SweepDirectoryTests {
  private func refusal(_ path: String, _ configuration: RunConfiguration) throws -> InputError {
    let error = try #require(throws: InputError.self) {
      try SweepDirectory.open(at: path, configuration: configuration)
    }
    #expect(error.kind == .output)
    return error
  }

  @Test("Another run, other files, a file and a forbidden place are refused, and nothing is left behind")
  func refusals() throws {
    try withFolder { folder in
      let sample = try SweepSample()
      let nested = folder.appending(path: "a/b")
      let directory = try SweepDirectory.open(at: nested.path, configuration: sample.configuration)
      #expect(!directory.isResumed)
      try directory.store.close()
      let other = try SweepSample(epsilon: "0.1")
      #expect(try refusal(nested.path, other.configuration).problem.contains("budgets"))

      let busy = folder.appending(path: "a")
      #expect(try refusal(busy.path, sample.configuration).problem.contains("other files"))
      let file = folder.appending(path: "file")
      try Data("x".utf8).write(to: file)
      #expect(try refusal(file.path, sample.configuration).problem.contains("is a file"))
      _ = try refusal(file.appending(path: "below").path, sample.configuration)
      #expect(try Data(contentsOf: file) == Data("x".utf8))
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == ["a", "file"])
    }
  }

  @Test("An empty folder is taken")
  func emptyFolder() throws {
    try withFolder { folder in
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      let sample = try SweepSample()
      #expect(try !SweepDirectory.open(at: folder.path, configuration: sample.configuration).isResumed)
    }
  }
}
