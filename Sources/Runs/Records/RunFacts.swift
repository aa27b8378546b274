public import Foundation
internal import Kernels
internal import Processor

/// The circumstances of a run: the only part of its outputs that may differ between repeats.
public struct RunFacts: Codable, Sendable, Hashable {
  /// The machine it ran on.
  public struct Host: Codable, Sendable, Hashable {
    public var system: String
    public var architecture: String
    public var cores: Int
    /// What the kernels were built for, a value of `ROBUST_CPU`; absent in runs of older versions, as is `oneDNN`.
    public var kernels: String?
    /// The version of oneDNN and the instructions it chose.
    public var oneDNN: String?

    public init(system: String, architecture: String, cores: Int, kernels: String? = nil, oneDNN: String? = nil) {
      self.system = system
      self.architecture = architecture
      self.cores = cores
      self.kernels = kernels
      self.oneDNN = oneDNN
    }

    /// What the last digits of a run's numbers depend upon, besides robust's version.
    public var software: String {
      var parts: [String] = []
      if let kernels { parts.append("kernels: \(kernels)") }
      if let oneDNN { parts.append("oneDNN: \(oneDNN)") }
      return parts.joined(separator: "; ")
    }

    public static var current: Host {
      #if arch(x86_64)
        let architecture = "x86_64"
      #elseif arch(arm64)
        let architecture = "arm64"
      #else
        let architecture = "other"
      #endif
      let process = ProcessInfo.processInfo
      return Host(
        system: process.operatingSystemVersionString, architecture: architecture, cores: process.activeProcessorCount,
        kernels: InstructionSet.ofKernels.variant, oneDNN: OneDNN.version)
    }
  }

  public var startedAt: Date
  public var finishedAt: Date
  /// Seconds of work, summed over the parts of a run that was shared out, and over the processes that worked on it and ended
  /// by themselves.
  public var seconds: Double
  public var threads: Int
  /// The command that began it, as typed.
  public var commandLine: String
  public var host: Host

  public init(
    startedAt: Date, finishedAt: Date, seconds: Double, threads: Int, commandLine: String, host: Host = .current
  ) {
    self.startedAt = startedAt
    self.finishedAt = finishedAt
    self.seconds = seconds
    self.threads = threads
    self.commandLine = commandLine
    self.host = host
  }
}
