import Diagnostics

/// Why a file can't be read as a model; whoever knows the file's name makes an `InputError` of it.
package struct ModelFailure: Error, Sendable, Equatable {
  package let problem: String
  package let remedy: String

  package init(_ problem: String, remedy: String) {
    self.problem = problem
    self.remedy = remedy
  }

  /// Bytes are missing or were changed.
  package static func broken(_ problem: String) -> ModelFailure {
    ModelFailure(problem, remedy: "export or download it again: part of it is missing or was changed")
  }

  /// The bytes are sound, but what they say breaks the rules of ONNX.
  package static func invalid(_ problem: String) -> ModelFailure {
    ModelFailure(
      problem,
      remedy: "export it again, with a newer exporter if there is one; `onnx.checker.check_model` checks a file")
  }

  func error(file: String) -> InputError { InputError(.model, file, problem, remedy: remedy) }
}
