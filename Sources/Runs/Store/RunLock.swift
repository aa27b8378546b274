import Diagnostics
import Files
package import Foundation

/// Keeps a second process out of the folder of a run: a lock on its file `run.lock`, which names the holder.
///
/// The system drops the lock when the process ends in whatever way. The file may then stay, but does not lock anything.
package final class RunLock: Sendable {
  private let lock: FileLock

  /// Takes the lock on `folder`, at once or not at all.
  ///
  /// - Throws: `InputError` of kind `.output` that names the process that holds it, or says why it can't be taken.
  package init(
    folder: URL,
    remedy: String = "wait for it to end, or stop it: what it has done is kept, and \(Action.goOn) goes on from there"
  ) throws {
    lock = try FileLock(
      at: folder.appending(path: RunFolderNames.lock).path, subject: folder.path,
      busy: "another robust is at work on this run", remedy: remedy)
  }

  /// Lets others in, and removes the file.
  package func release() { lock.release() }
}
