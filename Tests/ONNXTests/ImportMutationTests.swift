import Diagnostics
import Foundation
import ONNX
import Testing

/// Changes bytes of a file at random, as broken disks and people who wish harm do.
struct Mutator {
  private var state: UInt64

  init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1 }

  /// xorshift64*.
  mutating func below(_ limit: Int) -> Int {
    state ^= state >> 12
    state ^= state << 25
    state ^= state >> 27
    return Int((state &* 0x2545_F491_4F6C_DD1D) >> 33) % max(limit, 1)
  }

  /// `bytes` with one to four changes: bits turned, bytes replaced, parts left out, repeated or moved, the end cut.
  mutating func mutated(_ bytes: [UInt8]) -> [UInt8] {
    var bytes = bytes
    for _ in 0...below(4) where !bytes.isEmpty {
      let at = below(bytes.count)
      let length = min(below(40), bytes.count - at)
      switch below(8) {
      case 0: bytes[at] ^= 1 << UInt8(below(8))
      case 1: bytes[at] = 0xFF
      case 2: bytes[at] = UInt8(below(256))
      case 3: bytes.removeSubrange(at..<at + length)
      case 4: bytes.insert(contentsOf: bytes[at..<at + length], at: below(bytes.count))
      case 5:
        let other = below(bytes.count - length + 1)
        for i in 0..<length { bytes[other + i] = bytes[at + i] }
      case 6:
        bytes.replaceSubrange(at..<at + length, with: repeatElement(0xFF, count: min(length, 10)))
      default:
        if below(8) == 0 {
          bytes.removeSubrange(at...)
        } else {
          bytes[at] &+= UInt8(truncatingIfNeeded: below(3) - 1)
        }
      }
    }
    return bytes
  }
}

struct ImportMutationTests {
  /// None traps, hangs, or takes memory for what it merely claims.
  @Test func changedFilesAreReadOrRefused() {
    let read = checkMutations(of: Array(TinyModel.bytes), count: 3000, seed: 1)
    // Changes are neither so small that nothing breaks nor so large that nothing is left to lower.
    #expect((60..<1500).contains(read))
  }

  private static let environment = ProcessInfo.processInfo.environment
  private static let wanted = environment["ROBUST_ONNX_FUZZ"].flatMap { Int($0) }

  /// As many changes as `ROBUST_ONNX_FUZZ` says, of a small model or of the one that `ROBUST_ONNX_FUZZ_MODEL` names.
  @Test(.enabled(if: wanted != nil, "ROBUST_ONNX_FUZZ says no number"))
  func manyChangedFilesAreReadOrRefused() throws {
    let path = Self.environment["ROBUST_ONNX_FUZZ_MODEL"]
    let bytes = try path.map { try Data(contentsOf: URL(filePath: $0)) } ?? TinyModel.bytes
    let seed = Self.environment["ROBUST_ONNX_FUZZ_SEED"].flatMap { UInt64($0) } ?? 2
    let read = checkMutations(of: Array(bytes), count: Self.wanted!, seed: seed)
    print("\(read) of \(Self.wanted!) changed copies could be read")
    guard let peak = Self.peakMemory() else { return }
    print("at most \(peak >> 20) MiB of memory were in use")
    // What a file describes may take twenty times its size, and what it makes of that as much.
    #expect(peak < 1 << 30 + 40 * bytes.count)
  }

  /// The most bytes that this process has held at a time, where the system tells.
  private static func peakMemory() -> Int? {
    let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)
    let line = status?.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
    return line?.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first.flatMap {
      Int($0)
    }.map { $0 << 10 }
  }

  /// - Returns: how many could be read.
  private func checkMutations(of bytes: [UInt8], count: Int, seed: UInt64) -> Int {
    var mutator = Mutator(seed: seed)
    var read = 0
    for _ in 0..<count {
      let mutated = Data(mutator.mutated(bytes))
      do {
        let model = try ONNXModel(bytes: mutated, name: "mutated.onnx")
        read += 1
        // What is read is whole: as a classifier it is refused, or it computes.
        _ = try ONNXClassifier(model, file: "mutated.onnx", name: "mutated")
      } catch {
        #expect(error is InputError, "\(error)")
      }
    }
    return read
  }
}
