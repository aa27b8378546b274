import Diagnostics
import Foundation
import Tensors

/// What a process says of the classifier that it computes: its answer to `describe`.
public struct ModelDescription: Codable, Sendable, Hashable {
  /// What a classifier can be asked for; each includes those after it.
  public enum Answers: String, Codable, Sendable, CaseIterable {
    case gradients, scores, labels
  }

  /// `robust-model-1`.
  public var `protocol`: String
  /// What reports call it, unless the user says otherwise.
  public var name: String?
  /// `[channels, rows, columns]` of the images that it takes.
  public var shape: [Int]
  public var classes: Int
  public var gives: Answers
  /// Whether the same images always give the same answers; by default it is taken for granted, and a trust check looks.
  public var deterministic: Bool?
  /// A hash of its weights, of which it says how it is computed: what tells a run that it is attacked again.
  public var hash: String?
  /// How many numbers its weights hold.
  public var parameters: Int?
  /// The most images that it takes at a time.
  public var batch: Int?

  static let version = "robust-model-1"

  /// - Throws: a text that says what is impossible.
  func validate() throws(ProcessFailure) {
    func fail(_ problem: String) -> ProcessFailure { ProcessFailure(.answer, problem) }
    guard self.protocol == Self.version else {
      throw fail("it speaks the protocol “\(self.protocol)”, not \(Self.version)")
    }
    guard shape.count == 3, shape.allSatisfy({ (1...100_000).contains($0) }),
      shape.reduce(1.0, { $0 * Double($1) }) <= Double(1 << 24)
    else {
      throw fail("it describes images of \(shape), not [channels, rows, columns] of at most 2²⁴ numbers")
    }
    guard (2...1_000_000).contains(classes) else { throw fail("it describes \(classes) classes, not 2 or more") }
    guard batch.map({ $0 >= 1 }) ?? true else { throw fail("it takes \(batch!) images at a time") }
    guard parameters.map({ $0 >= 0 }) ?? true else { throw fail("it describes \(parameters!) parameters") }
  }
}

/// What went wrong with a process that computes a classifier.
struct ProcessFailure: Error {
  enum Kind {
    /// It could not be started.
    case start
    /// It ended, or closed its output.
    case end
    /// It did not answer in time.
    case silence
    /// It answered what the protocol does not allow, or said that it can't.
    case answer
  }

  let kind: Kind
  let problem: String
  /// The last lines that it wrote to its standard error.
  var lastWords = ""

  init(_ kind: Kind, _ problem: String) {
    self.kind = kind
    self.problem = problem
  }

  /// For people, with the remedy.
  func forPeople(at place: ModelPlace) -> InputError {
    let words = lastWords.isEmpty ? "" : "; it wrote: \(lastWords)"
    let remedy =
      switch kind {
      case .start: "try the command in a shell: it has to stay and answer on its standard output"
      case .end: "run the command in a shell to see why it ends; what is done so far is kept and can be resumed"
      case .silence: "look whether it still works; where it is only slow, allow it more time"
      case .answer: "mend the program: docs/external-models.md says what it is asked and has to answer"
      }
    return InputError(.model, place.description, problem + words, remedy: remedy)
  }
}
