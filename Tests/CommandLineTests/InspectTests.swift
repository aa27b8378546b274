import Foundation
import TestSupport
import Testing

struct InspectTests {
  @Test(.slow) func capsules() throws {
    let folder = try TemporaryFolder()
    let outcome = try Program.run(
      ["inspect", "matrix-capsules-small", "--limit", "20", "--output", folder("out")])
    #expect(outcome.code == 0, "\(outcome.errors)")
    #expect(outcome.output.contains("Free energy") && outcome.output.contains("capsules2"))
    let files = try FileManager.default.contentsOfDirectory(atPath: folder("out"))
    #expect(
      Set(["inspection.json", "activations.svg", "routing.svg", "votes-right.svg", "votes.csv"]).isSubset(of: files))
    let json = try JSONSerialization.jsonObject(with: Data(contentsOf: URL(filePath: folder("out/inspection.json"))))
    let layers = try #require((json as? [String: Any])?["layers"] as? [[String: Any]])
    #expect(
      layers.compactMap { $0["name"] as? String } == ["convolution", "primary", "capsules1", "capsules2", "classes"])
    let again = try Program.run(
      ["inspect", "matrix-capsules-small", "--limit", "20", "--threads", "1", "--output", folder("again")])
    #expect(again.code == 0)
    for file in files {
      #expect(
        FileManager.default.contents(atPath: folder("again/\(file)"))
          == FileManager.default.contents(atPath: folder("out/\(file)")), "\(file)")
    }
  }

  @Test func cnnHasNoRouting() throws {
    let folder = try TemporaryFolder()
    let outcome = try Program.run(["inspect", "cnn", "--limit", "10", "--output", folder("out")])
    #expect(outcome.code == 0 && outcome.output.contains("hidden") && !outcome.output.contains("free energy"))
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: folder("out")).sorted()
        == ["activations.svg", "inspection.json"])
  }

  @Test(arguments: [
    (["inspect", "cnn", "--limit", "0"], 64, "--limit"), (["inspect", "cnnn"], 65, "did you mean cnn"),
    (["inspect", "cnn", "--threshold", "-1"], 64, "--threshold"), (["inspect"], 64, "model"),
    (["inspect", "cnn", "--split", "tset"], 64, "test"),
  ])
  func badInput(arguments: [String], code: Int32, mentioned: String) throws {
    let folder = try TemporaryFolder()
    let outcome = try Program.run(arguments, in: folder.path)
    #expect(outcome.code == code && outcome.errors.contains(mentioned), "\(outcome.errors)")
    #expect(try folder.names() == [])
  }
}
