import Processor
import Testing

struct UnsupportedProcessorTests {
  @Test(
    arguments: [
      ([], []), ([], .avx512), (.avx2, .avx2), (.avx2, .avx512), (.avx512, .avx512),
    ] as [(InstructionSet, InstructionSet)])
  func acceptsEnough(needed: InstructionSet, available: InstructionSet) {
    #expect(UnsupportedProcessor(needed: needed, available: available) == nil)
  }

  @Test func saysWhatIsMissingAndWhatToDo() throws {
    let old = try #require(UnsupportedProcessor(needed: .avx2, available: .f16c))
    #expect(old.missing == [.fma, .avx2Alone])
    #expect(
      old.description == """
        processor: it lacks, or the system does not enable, FMA, AVX2, which this robust was built to use \
        (ROBUST_CPU=avx2)
          → build it for this machine: ROBUST_CPU=portable make build
        """)
    let recent = try #require(UnsupportedProcessor(needed: .avx512, available: .avx2))
    #expect(recent.description.contains("AVX-512F, AVX-512DQ, AVX-512BW, AVX-512VL, which"))
    #expect(recent.description.hasSuffix("ROBUST_CPU=avx2 make build"))
  }
}
