import Foundation
import Tensors

/// Measures a case that has not run yet: bytes of tensors held between its forward and its reverse pass, and by how much
/// a run makes the resident memory of the process grow at most.
func measureMemory(of loaded: any LoadedCase) throws -> Reply.Memory {
  ResidentMemory.resetPeak()
  let resident = ResidentMemory.now
  let seconds = try seconds { try loaded.run() }
  let growth = ResidentMemory.peak - resident
  let before = TensorMemory.bytesInUse
  var held: Int?
  if let passes = loaded as? any TwoPasses { try passes.run { held = TensorMemory.bytesInUse - before } }
  return Reply.Memory(held: held, growth: growth, seconds: seconds)
}

/// The memory of this process that is in physical memory, in bytes, as Linux tells it; 0 elsewhere.
enum ResidentMemory {
  static var now: Int { read("VmRSS:") }
  /// The most it has been since the process began or `resetPeak` was called.
  static var peak: Int { read("VmHWM:") }

  static func resetPeak() { try? Data("5".utf8).write(to: URL(filePath: "/proc/self/clear_refs")) }

  private static func read(_ field: String) -> Int {
    guard let text = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8) else { return 0 }
    let line = text.split(separator: "\n").first { $0.hasPrefix(field) }
    return (line?.split { $0 == " " || $0 == "\t" }.dropFirst().first.flatMap { Int($0) } ?? 0) * 1024
  }
}
