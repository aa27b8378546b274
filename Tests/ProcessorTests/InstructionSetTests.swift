import Foundation
import Processor
import Testing

/// What is made of CPUID's registers, of machines made up and of this one.
struct InstructionSetTests {
  struct Machine: Sendable, CustomTestStringConvertible {
    let name: String
    /// ECX of CPUID's leaf 1 and EBX of leaf 7, as Intel's manual numbers their bits.
    let one: UInt32
    let seven: UInt32
    /// XCR0.
    let saved: UInt64
    let expected: InstructionSet
    let variant: String
    var testDescription: String { name }
  }

  /// FMA, OSXSAVE, AVX and F16C of leaf 1.
  static let one: UInt32 = 1 << 12 | 1 << 27 | 1 << 28 | 1 << 29
  static let avx2: UInt32 = 1 << 5
  static let avx512: UInt32 = 1 << 5 | 1 << 16 | 1 << 17 | 1 << 30 | 1 << 31

  @Test(arguments: [
    Machine(name: "Nehalem", one: 0, seven: 0, saved: 0, expected: [], variant: "portable"),
    Machine(name: "Ivy Bridge", one: one & ~(1 << 12), seven: 0, saved: 7, expected: .f16c, variant: "portable"),
    Machine(name: "Haswell", one: one, seven: avx2, saved: 7, expected: .avx2, variant: "avx2"),
    Machine(name: "Skylake server", one: one, seven: avx512, saved: 0xE7, expected: .avx512, variant: "avx512"),
    Machine(
      name: "without AVX-512VL", one: one, seven: avx512 & ~(1 << 31), saved: 0xE7,
      expected: InstructionSet.avx512.subtracting(.avx512VL), variant: "avx2"),
    Machine(
      name: "system that saves no mask registers", one: one, seven: avx512, saved: 0xC7, expected: .avx2,
      variant: "avx2"),
    Machine(name: "system that saves SSE only", one: one, seven: avx512, saved: 3, expected: [], variant: "portable"),
    Machine(name: "everything else set", one: ~one, seven: ~avx512, saved: ~0, expected: [], variant: "portable"),
  ])
  func decodesRegisters(_ machine: Machine) {
    let found = InstructionSet(one: machine.one, seven: machine.seven, savedRegisters: machine.saved)
    #expect(found == machine.expected, "\(found.names)")
    #expect(found.variant == machine.variant)
  }

  /// The tests run, so the machine has what they were compiled for.
  @Test func thisMachineRunsWhatItRuns() throws {
    #expect(InstructionSet.ofThisMachine.isSuperset(of: .ofKernels))
    try UnsupportedProcessor.check()
  }

  #if os(Linux) && arch(x86_64)
    /// Linux lists what the processor has and the system enables.
    @Test func agreesWithTheSystem() throws {
      let text = try String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)
      let line = try #require(text.split(separator: "\n").first { $0.hasPrefix("flags") })
      let flags = Set(line.split(separator: " "))
      let names: [(InstructionSet, Substring)] = [
        (.fma, "fma"), (.f16c, "f16c"), (.avx2Alone, "avx2"), (.avx512F, "avx512f"), (.avx512DQ, "avx512dq"),
        (.avx512BW, "avx512bw"), (.avx512VL, "avx512vl"),
      ]
      for (feature, name) in names {
        #expect(InstructionSet.ofThisMachine.contains(feature) == flags.contains(name), "\(name)")
      }
    }
  #endif
}
