import Classifiers
import Diagnostics
import Foundation
import ONNX
import Tensors
import Testing

/// Preprocessing as people write it, and as runs record it.
@Suite struct InputPreprocessingTests {
  @Test func writtenAndRead() throws {
    let steps = try InputPreprocessing(
      resize: "256", crop: "192x224", range: "0:255", channels: "BGR", mean: "103.939,116.779,123.68", std: "58.4",
      layout: "channels-last", inputShape: "3x192x224")
    #expect(steps.resize == .shorterSide(256) && steps.crop == ImageSize(rows: 192, columns: 224))
    #expect(steps.range == PixelScale(low: 0, high: 255) && steps.channels == .bgr && steps.layout == .nhwc)
    #expect(steps.mean == [103.939, 116.779, 123.68] && steps.std == [58.4])
    #expect(steps.inputShape?.shape == [3, 192, 224])
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    let json = try encoder.encode(steps)
    #expect(
      String(decoding: json, as: UTF8.self) == """
        {"channels":"bgr","crop":"192×224","inputShape":"3x192x224","layout":"nhwc",\
        "mean":[103.939,116.779,123.68],"range":"0:255","resize":"256","std":[58.4]}
        """)
    #expect(try JSONDecoder().decode(InputPreprocessing.self, from: json) == steps)
    #expect(
      steps.phrases == [
        "resized to 256 pixels on the shorter side", "cropped to 192×224 in the middle", "pixels from 0 to 255",
        "channels in the order BGR", "less the mean 103.939, 116.779, 123.68", "divided by 58.4", "read as NHWC",
        "input of 3x192x224",
      ])
  }

  @Test func whatChangesNothingIsNotSaid() throws {
    #expect(try InputPreprocessing(range: "0:1", channels: "rgb").isEmpty)
    #expect(try JSONDecoder().decode(InputPreprocessing.self, from: Data("{}".utf8)).isEmpty)
    #expect(try InputPreprocessing(mean: "0.5").phrases == ["less the mean 0.5"])
    #expect(try InputPreprocessing(resize: "224x224").resize == .exactly(ImageSize(rows: 224, columns: 224)))
    #expect(try InputPreprocessing(mean: "128/256").mean == [0.5])
  }

  @Test(
    arguments: [
      ("resize", "0"), ("resize", "224x"), ("resize", "1x2x3"), ("resize", "-5"), ("resize", "10000"), ("crop", "big"),
      ("crop", "9999999999999999999"), ("range", "255"), ("range", "1:1"), ("range", "0:inf"), ("channels", "rbg"),
      ("mean", ""), ("mean", "0.5,,0.5"), ("mean", "nan"), ("std", "0"), ("std", "0.2,-0.2"), ("std", "1/0"),
      ("layout", "nwhc"), ("inputShape", "224x224"), ("inputShape", "0x4x4"),
    ])
  func whatHasNoMeaningIsRefusedByName(setting: String, text: String) throws {
    func given(_ name: String) -> String? { name == setting ? text : nil }
    let error = try #require(throws: InputError.self) {
      try InputPreprocessing(
        resize: given("resize"), crop: given("crop"), range: given("range"), channels: given("channels"),
        mean: given("mean"), std: given("std"), layout: given("layout"), inputShape: given("inputShape"))
    }
    #expect(error.kind == .usage && error.subject.contains(setting), "\(error)")
  }

  @Test func numbersOfChannelsMustAgree() {
    let error = #expect(throws: InputError.self) { try InputPreprocessing(mean: "1,2,3", std: "1,2") }
    #expect(error?.subject == "std" && error?.problem.contains("mean") == true)
  }
}
