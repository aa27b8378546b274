import Arrays
import Diagnostics
import Files
import Foundation

/// Where `robust train` writes: the checkpoint, and beside it `.training`, from which it goes on, and `.lock`, which keeps
/// a second process out.
struct TrainingOutput {
  private let lock: FileLock

  /// Makes sure, before any work, that training may write to `path`.
  ///
  /// - Parameters:
  ///   - initial: the checkpoint that training starts from.
  ///   - isResumed: whether it goes on from where it stopped.
  /// - Throws: `InputError(.output)` if something is there that would be lost, it can't be written, or another process is
  ///   training into it; `.model` if there is nothing to go on from.
  init(_ path: String, startingFrom initial: String?, isResumed: Bool) throws {
    let state = path + ".training"
    for path in [path, state] {
      if case .stream = try OutputPlace(path, option: "--output", isFolder: false) {
        throw InputError(.output, path, "is a device or pipe, and a file is to be written there", remedy: "name a file")
      }
    }
    if let initial, PathKind(at: initial) != nil, OutputPlace.real(initial) == OutputPlace.real(path) {
      throw InputError(
        .output, path, "is the checkpoint that training is to start from", remedy: "name another --output")
    }
    lock = try FileLock(
      at: path + ".lock", subject: path, busy: "another robust is training into this file",
      remedy: "wait for it to end, or stop it: --resume then goes on from there; or name another --output",
      isStrict: true)
    do {
      try Self.check(path, state, isResumed: isResumed)
    } catch {
      lock.release()
      throw error
    }
  }

  private static func check(_ path: String, _ state: String, isResumed: Bool) throws {
    let (isBegun, isWritten) = (PathKind(at: state) != nil, PathKind(at: path) != nil)
    guard isResumed else {
      guard isBegun || isWritten else { return }
      throw InputError(
        .output, isWritten ? path : state, "the file is already there",
        remedy: isBegun
          ? "go on with --resume, name another --output, or remove \(isWritten ? "both files" : "it")"
          : "name another --output, or remove it")
    }
    guard isBegun else {
      throw InputError(
        .model, state, "there is nothing to go on from: training was not begun there, or was finished",
        remedy: "leave --resume out, or name the --output of training that was interrupted")
    }
    guard !isWritten || (try? SafeTensors(contentsOf: path))?.metadata["format"]?.hasPrefix("robust-checkpoint") == true
    else {
      throw InputError(
        .output, path, "holds something else than a checkpoint, and would be lost",
        remedy: "move it away, then give the same command again")
    }
  }

  /// Lets others in.
  func release() { lock.release() }
}
