public import Foundation

/// The circumstances of a run: the only part of its outputs that may differ between repeats.
public struct RunFacts: Codable, Sendable, Hashable {
  /// The machine it ran on.
  public struct Host: Codable, Sendable, Hashable {
    public var system: String
    public var architecture: String
    public var cores: Int

    public init(system: String, architecture: String, cores: Int) {
      self.system = system
      self.architecture = architecture
      self.cores = cores
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
        system: process.operatingSystemVersionString, architecture: architecture, cores: process.activeProcessorCount)
    }
  }

  public var startedAt: Date
  public var finishedAt: Date
  /// Seconds of work, summed over the parts of a resumed run.
  public var seconds: Double
  public var threads: Int
  /// The command as typed.
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
