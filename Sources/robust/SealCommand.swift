import ArgumentParser
import Diagnostics
import Files
import Foundation
import Models

/// Records a hash of the weights of a checkpoint that has none, or whose weights were changed on purpose.
struct SealCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "seal",
    abstract: "Record a hash of a checkpoint's weights.",
    discussion: """
      `robust train` records one, and a checkpoint whose weights another program has changed since is refused. Files of \
      earlier builds and of other programs have none: this writes the same weights and metadata with it. Where the weights are no more \
      those that were recorded, the test accuracy, which was not theirs, is left out.

      Example: robust models seal old.safetensors --output cnn.safetensors
      """)

  @Argument(help: "The checkpoint file.")
  var file: String

  @Option(name: [.short, .long], help: "The checkpoint to write: .safetensors, or .safetensors.zst to compress.")
  var output: String

  func run() throws {
    let loaded = try Checkpoint.read(file, verifiesWeights: false)
    guard !FileManager.default.fileExists(atPath: output) else {
      throw InputError(.output, output, "the file is already there", remedy: "name another --output, or remove it")
    }
    var provenance = loaded.provenance
    let isChanged = loaded.recordedHash.map { $0 != loaded.weightsHash } ?? false
    if isChanged { (provenance.testAccuracy, provenance.testCount) = (nil, nil) }
    try Checkpoint.write(loaded.model, provenance: provenance, to: output, as: loaded.precision)
    if isChanged {
      print("the weights are not those of which \(file) records the hash: their test accuracy is unknown")
    }
    print("wrote \(output), weights sha256 \(try Checkpoint.read(output).weightsHash)")
  }
}

/// Prints the hashes of weights as `sha256sum` prints those of files.
struct HashCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "hash",
    abstract: "Print the hash of the weights of checkpoints, whatever their files record.",
    discussion: "Example: robust models hash *.safetensors")

  @Argument(help: "The checkpoint files.")
  var files: [String]

  func run() throws {
    for file in files {
      print("\(try Checkpoint.read(file, verifiesWeights: false).weightsHash)  \(PathParts.name(file))")
    }
  }
}
