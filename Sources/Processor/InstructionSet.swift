#if arch(x86_64)
  internal import CCPU
#endif

/// Vector instructions beyond what every processor of an architecture has.
public struct InstructionSet: OptionSet, Sendable, Hashable {
  public let rawValue: UInt8

  public init(rawValue: UInt8) { self.rawValue = rawValue }

  package static let fma = InstructionSet(rawValue: 1 << 0)
  package static let f16c = InstructionSet(rawValue: 1 << 1)
  package static let avx2Alone = InstructionSet(rawValue: 1 << 2)
  package static let avx512F = InstructionSet(rawValue: 1 << 3)
  package static let avx512DQ = InstructionSet(rawValue: 1 << 4)
  package static let avx512BW = InstructionSet(rawValue: 1 << 5)
  package static let avx512VL = InstructionSet(rawValue: 1 << 6)

  /// What `ROBUST_CPU=avx2` uses.
  public static let avx2: InstructionSet = [avx2Alone, fma, f16c]
  /// What `ROBUST_CPU=avx512` uses.
  public static let avx512: InstructionSet = [avx2, avx512F, avx512DQ, avx512BW, avx512VL]

  /// What the kernels were compiled to use.
  public static var ofKernels: InstructionSet {
    #if ROBUST_AVX512
      avx512
    #elseif ROBUST_FMA
      avx2
    #else
      []
    #endif
  }

  /// What the processor has and its system enables.
  public static var ofThisMachine: InstructionSet {
    #if arch(x86_64)
      let one = robust_cpuid(1).ecx
      let readable = one & 1 << 27 != 0
      return InstructionSet(
        one: one, seven: robust_cpuid(7).ebx, savedRegisters: readable ? robust_saved_registers() : 0)
    #else
      return []
    #endif
  }

  /// What CPUID (leaf 1 in ECX, leaf 7 in EBX) and XCR0, the registers that the system saves, say together.
  ///
  /// A feature without its registers saved faults as if it were not there.
  package init(one: UInt32, seven: UInt32, savedRegisters: UInt64) {
    func has(_ register: UInt32, _ bit: UInt32) -> Bool { register & 1 << bit != 0 }
    func saves(_ bits: UInt64) -> Bool { savedRegisters & bits == bits }
    var result: InstructionSet = []
    if has(one, 28), saves(0b110) {  // AVX; XMM and YMM
      if has(one, 12) { result.insert(.fma) }
      if has(one, 29) { result.insert(.f16c) }
      if has(seven, 5) { result.insert(.avx2Alone) }
      if saves(0b1110_0110) {  // and the masks, ZMM0–15, ZMM16–31
        if has(seven, 16) { result.insert(.avx512F) }
        if has(seven, 17) { result.insert(.avx512DQ) }
        if has(seven, 30) { result.insert(.avx512BW) }
        if has(seven, 31) { result.insert(.avx512VL) }
      }
    }
    self = result
  }

  /// The value of `ROBUST_CPU` that makes the best use of these instructions.
  public var variant: String {
    isSuperset(of: .avx512) ? "avx512" : isSuperset(of: .avx2) ? "avx2" : "portable"
  }

  /// For example `FMA, AVX2`; empty without any.
  package var names: String {
    let all: [(InstructionSet, String)] = [
      (.fma, "FMA"), (.f16c, "F16C"), (.avx2Alone, "AVX2"), (.avx512F, "AVX-512F"), (.avx512DQ, "AVX-512DQ"),
      (.avx512BW, "AVX-512BW"), (.avx512VL, "AVX-512VL"),
    ]
    var text = ""
    for (feature, name) in all where contains(feature) {
      if !text.isEmpty { text += ", " }
      text += name
    }
    return text
  }
}
