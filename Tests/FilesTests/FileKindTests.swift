import Files
import Foundation
import TestSupport
import Testing

/// What programs and servers write, told by what it begins with.
struct FileKindTests {
  struct Sample: Sendable, CustomTestStringConvertible {
    let kind: FileKind?
    let name: String
    let data: Data
    var testDescription: String { "\(name): \(kind?.rawValue ?? "unknown")" }

    init(_ kind: FileKind?, _ name: String, _ data: Data) { (self.kind, self.name, self.data) = (kind, name, data) }
    init(_ kind: FileKind?, _ name: String, _ text: String) { self.init(kind, name, Data(text.utf8)) }
    init(_ kind: FileKind?, _ name: String, hex: String) { self.init(kind, name, Data(hex: hex)) }
  }

  /// The header of a ZIP archive's first member, stored.
  static func zip(_ member: String) -> Data {
    Data(hex: "504b0304 1400 0000 0000 0000 0000 00000000 00000000 00000000")
      + Data([UInt8(member.utf8.count), 0, 0, 0]) + Data(member.utf8)
  }

  static let samples = [
    Sample(.empty, "model.safetensors", ""),
    Sample(
      .gitLFSPointer, "model.safetensors",
      "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22e\nsize 12345\n"),
    Sample(.webPage, "model.safetensors", "<!DOCTYPE html>\n<html><head><title>Sign in</title>"),
    Sample(.webPage, "data.gz", "\u{FEFF}\n  <HTML lang=en>"),
    Sample(.xml, "model.safetensors", "<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code></Error>"),
    Sample(.json, "model.safetensors", "{\"error\": \"Entry not found\"}"),
    Sample(.json, "weights", "\n[1, 2]"),
    Sample(.text, "model.safetensors", "Entry not found"),
    Sample(.text, "model.safetensors", String(repeating: "é", count: 5000)),
    Sample(.pytorch, "model.pt", zip("archive/data.pkl")),
    Sample(.pytorch, "model.safetensors", zip("cnn/data.pkl")),
    Sample(.keras, "model.keras", zip("metadata.json") + zip("model.weights.h5")),
    Sample(.npz, "model.npz", zip("weight.npy")),
    Sample(.zip, "model.zip", zip("model.safetensors")),
    Sample(.zip, "empty.zip", hex: "504b0506 0000000000000000000000000000000000 00"),
    // torch.save(…, _use_new_zipfile_serialization=False) and pickle.dumps(…, protocol=4).
    Sample(.legacyPyTorch, "model.pth", hex: "8002 8a0a 6cfc9c46f9206aa85019 2e 8002"),
    Sample(.pickle, "weights.pkl", hex: "8004 95 0b00000000000000 7d94 8c0161 94 4b01 73 2e"),
    Sample(.hdf5, "model.h5", hex: "894844460d0a1a0a 00 00 00 00"),
    // onnx.helper.make_model(…): IR version 10, then the producer, or then the graph.
    Sample(.onnx, "model.onnx", hex: "080a 1207 7079746f726368 1a05 322e352e30"),
    Sample(.onnx, "renamed.safetensors", hex: "0808 3a40 0a04"),
    Sample(.savedModel, "saved_model.pb", hex: "0801 12b3a201 0a1c"),
    Sample(.savedModel, "frozen_graph.pb", hex: "0a3a 0a05 696e707574 120b"),
    Sample(.coreML, "model.mlmodel", hex: "0804 1220 0a05"),
    Sample(.tensorFlowLite, "model.tflite", hex: "1c000000 54464c33 1400"),
    Sample(.tensorFlowCheckpoint, "model.ckpt.data-00000-of-00001", hex: "9a99993e cdcccc3d"),
    Sample(.gguf, "model.gguf", Data("GGUF".utf8) + Data([3, 0, 0, 0])),
    Sample(.numpy, "weights.npy", Data([0x93]) + Data("NUMPY".utf8) + Data([1, 0])),
    Sample(.safetensors, "images.npy", Data([2, 0, 0, 0, 0, 0, 0, 0]) + Data("{}".utf8)),
    // A header of 1,184,264 bytes begins as a model of ONNX would.
    Sample(.safetensors, "large.safetensors", hex: "0812120000000000 7b22"),
    Sample(.idx, "images", hex: "00000803 00000002 0000001c 0000001c"),
    Sample(.bzip2, "a.bz2", "BZh91AY&SY"),
    Sample(.xz, "a.xz", hex: "fd377a585a00 0004"),
    Sample(.png, "a.png", hex: "89504e470d0a1a0a 0000000d"),
    Sample(.jpeg, "a.jpg", hex: "ffd8ffe000104a464946"),
    Sample(.sqlite, "run.sqlite", "SQLite format 3\0"),
    Sample(.sparseFile, "model.safetensors", Data(count: 4096)),
    Sample(nil, "model.safetensors", Data(repeating: 0xE7, count: 64)),
  ]

  @Test(arguments: samples)
  func isTold(_ sample: Sample) throws {
    #expect(FileKind(of: sample.data, name: sample.name) == sample.kind)
    let folder = try TemporaryFolder()
    #expect(FileKind(ofFile: try folder.write(sample.data, to: sample.name)) == sample.kind)
    // Compressed, it is what is inside.
    guard !sample.data.isEmpty else { return }
    #expect(
      FileKind(ofFile: try folder.write(compressZstd(sample.data), to: sample.name + ".zst")) == sample.kind ?? .zstd)
  }

  /// What a ZIP archive holds is listed at its end, however long its first member.
  @Test func theEndOfAnArchiveIsLookedAt() throws {
    let folder = try TemporaryFolder()
    let long = Self.zip("version") + Data(count: 300_000) + Data("archive/data.pkl".utf8)
    #expect(FileKind(ofFile: try folder.write(long, to: "model.bin")) == .pytorch)
  }

  @Test func foldersAndWhatIsNoFile() throws {
    let folder = try TemporaryFolder()
    try folder.write(Data(), to: "plain/notes.txt")
    try folder.write(Data([8, 1]), to: "saved/saved_model.pb")
    #expect(FileKind(ofFile: folder("plain")) == .folder)
    #expect(FileKind(ofFile: folder("saved")) == .savedModelFolder)
    #expect(FileKind(ofFile: folder("nowhere")) == nil)
    #expect(mkfifo(folder("pipe"), 0o600) == 0)
    #expect(FileKind(ofFile: folder("pipe")) == nil)
    try folder.write(Data(hex: "1f8b0800 00000000"), to: "cut.gz")
    #expect(FileKind(ofFile: folder("cut.gz")) == .gzip)
  }

  /// Each says what it is in words of its own.
  @Test func descriptions() {
    #expect(Set(FileKind.allCases.map(\.description)).count == FileKind.allCases.count)
    #expect(
      FileKind.allCases.allSatisfy {
        $0.description.hasPrefix("a") || $0.description.hasPrefix("the ")
          || $0.description.hasPrefix("part ")
      })
  }
}
