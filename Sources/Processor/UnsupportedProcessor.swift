/// The processor lacks instructions that the kernels were compiled to use: what they are, and what to do about it.
public struct UnsupportedProcessor: Error, Sendable, Equatable, CustomStringConvertible {
  public let missing: InstructionSet
  /// What the kernels use.
  public let needed: InstructionSet
  /// What the processor has.
  public let available: InstructionSet

  /// nil if the processor has all that is needed.
  package init?(needed: InstructionSet, available: InstructionSet) {
    missing = needed.subtracting(available)
    guard !missing.isEmpty else { return nil }
    self.needed = needed
    self.available = available
  }

  /// Throws unless this machine can run the kernels; a program has to ask before it calls anything of another module.
  ///
  /// Any code of the other modules may use the instructions, and a processor without them ends the program by a signal.
  /// This module is compiled for every processor. It keeps to calls that are not generic, or generic over its own types:
  /// of a specialization that several modules hold, the linker may take another module's.
  public static func check() throws(UnsupportedProcessor) {
    if let problem = UnsupportedProcessor(needed: .ofKernels, available: .ofThisMachine) { throw problem }
  }

  public var description: String {
    """
    processor: it lacks, or the system does not enable, \(missing.names), which this robust was built to use \
    (ROBUST_CPU=\(needed.variant))
      → build it for this machine: ROBUST_CPU=\(available.variant) make build
    """
  }
}
