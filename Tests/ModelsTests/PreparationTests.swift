import Autodiff
import Diagnostics
import Files
import Foundation
import Models
import Tensors
import TestSupport
import Testing

/// What happens to images inside a model before its first layer.
struct PreparationTests {
  /// A small network of two-channel images, which sees a crop of them or the whole.
  static func configuration(side: Int, crop: Int?, _ preprocessing: Preprocessing) -> CNN.Configuration {
    var configuration = CNN.Configuration()
    configuration.inputShape = [2, side, side]
    configuration.classCount = 3
    configuration.channels = [3]
    configuration.hiddenUnits = 4
    configuration.preprocessing = preprocessing
    configuration.crop = crop
    return configuration
  }

  static let images = Tensor.normal([5, 2, 9, 9], deviation: 0.2, seed: 3).map { $0 + 0.5 }

  static func prepared(_ crop: Int?, _ preprocessing: Preprocessing, _ mode: Mode, _ images: Tensor = images) -> Tensor
  {
    configuration(side: 9, crop: crop, preprocessing).prepared(Graph().constant(images), mode: mode).value
  }

  /// The pixels from (`row`, `column`) of both channels of image `index`, by plain indexing.
  static func cut(_ images: Tensor, _ index: Int, row: Int, column: Int, side: Int) -> [Float] {
    (0..<2).flatMap { channel in
      (0..<side).flatMap { y in
        (0..<side).map { x in images.scalars[((index * 2 + channel) * 9 + row + y) * 9 + column + x] }
      }
    }
  }

  static func streams(_ ids: [Int], epoch: UInt64 = 0) -> [RandomStream] {
    ids.map { RandomStream(seed: 7, epoch, UInt64($0)) }
  }

  /// 9 - 4 = 5 pixels to spare: two above, three below.
  @Test func evaluationSeesTheCentreOfTheStandardisedImage() {
    let seen = Self.prepared(4, .standardizeImage, .evaluation)
    #expect(seen.shape == [5, 2, 4, 4])
    for index in 0..<5 {
      let pixels = Self.images.scalars[(index * 162)..<((index + 1) * 162)].map(Double.init)
      let mean = pixels.reduce(0, +) / 162
      let deviation = (pixels.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 162).squareRoot()
      let expected = Self.cut(Self.images, index, row: 2, column: 2, side: 4).map { (Double($0) - mean) / deviation }
      let found = seen.scalars[(index * 32)..<((index + 1) * 32)]
      #expect(zip(found, expected).allSatisfy { abs(Double($0) - $1) < 1e-5 })
    }
  }

  /// A model with a crop has the scores that a model without has on the crop.
  @Test func aCroppedModelIsAModelOfTheCrop() throws {
    let cropped = try CNN(configuration: Self.configuration(side: 9, crop: 4, .none), seed: 2)
    let plain = try CNN(configuration: Self.configuration(side: 4, crop: nil, .none), seed: 2)
    #expect(cropped.parameters.values == plain.parameters.values && cropped.inputShape == [2, 9, 9])
    let centre = Tensor(
      (0..<5).flatMap { Self.cut(Self.images, $0, row: 2, column: 2, side: 4) }, shape: [5, 2, 4, 4])
    #expect(cropped.scores(of: Self.images) == plain.scores(of: centre))
  }

  @Test func severalCropsGoImageByImage() {
    let offsets = [CropOffset(rows: 0, columns: 0), CropOffset(rows: -2, columns: 1), CropOffset(rows: 3, columns: -1)]
    let seen = Self.prepared(4, .none, .crops(offsets))
    let expected = (0..<5).flatMap { image in
      offsets.flatMap { Self.cut(Self.images, image, row: 2 + $0.rows, column: 2 + $0.columns, side: 4) }
    }
    #expect(seen == Tensor(expected, shape: [15, 2, 4, 4]))
  }

  /// Every place is as likely as another: 36 places, 3,600 images, each place 100 times give or take six deviations.
  @Test func trainingCropsLieAnywhere() {
    let image = Tensor((0..<162).map(Float.init), shape: [1, 2, 9, 9])
    var counts = [Int](repeating: 0, count: 81)
    for id in 0..<3600 {
      let mode = Mode.training(Randomness(stream: RandomStream(seed: 1), images: Self.streams([id])))
      let crop = Self.prepared(4, .none, mode, image)
      counts[Int(crop.scalars[0])] += 1
      let (row, column) = (Int(crop.scalars[0]) / 9, Int(crop.scalars[0]) % 9)
      #expect(crop.scalars == Self.cut(image, 0, row: row, column: column, side: 4))
    }
    for (place, count) in counts.enumerated() {
      let isInside = place / 9 <= 5 && place % 9 <= 5
      #expect(isInside ? (40...160).contains(count) : count == 0, "\(place): \(count)")
    }
  }

  /// Scale and shift of each image are solved for from two of its pixels, and have to explain all others.
  @Test func jitterIsOneAffineFunctionPerImage() {
    let ids = Array(0..<200)
    let image = Self.images.scalars[..<162]
    let images = Tensor(ids.flatMap { _ in image }, shape: [200, 2, 9, 9])
    let jitter = Jitter(brightness: 0.75, contrast: 0.5...1.5)
    func seen(_ jitter: Jitter?) -> Tensor {
      let randomness = Randomness(stream: RandomStream(seed: 1), images: Self.streams(ids), jitter: jitter)
      return Self.prepared(5, .standardizeImage, .training(randomness), images)
    }
    let (plain, changed) = (seen(nil), seen(jitter))
    var scales: [Float] = []
    var shifts: [Float] = []
    for index in ids {
      let range = (index * 50)..<((index + 1) * 50)
      let (x, y) = (Array(plain.scalars[range]), Array(changed.scalars[range]))
      let (low, high) = (x.indices.min { x[$0] < x[$1] }!, x.indices.max { x[$0] < x[$1] }!)
      let scale = (y[high] - y[low]) / (x[high] - x[low])
      let shift = y[low] - scale * x[low]
      #expect(zip(x, y).allSatisfy { abs(scale * $0 + shift - $1) < 1e-4 })
      scales.append(scale)
      shifts.append(shift)
    }
    #expect(scales.allSatisfy { $0 > 0.499 && $0 < 1.501 } && shifts.allSatisfy { abs($0) < 0.751 })
    #expect(scales.min()! < 0.6 && scales.max()! > 1.4 && shifts.min()! < -0.6 && shifts.max()! > 0.6)
  }

  /// The same image has the same crop and jitter alone and among others, and others in another epoch.
  @Test func whatIsRandomBelongsToTheImage() {
    func seen(_ ids: [Int], epoch: UInt64) -> Tensor {
      let images = Tensor(
        ids.flatMap { Self.images.scalars[($0 * 162)..<(($0 + 1) * 162)] }, shape: [ids.count, 2, 9, 9])
      let randomness = Randomness(
        stream: RandomStream(seed: 1), images: Self.streams(ids, epoch: epoch),
        jitter: Jitter(brightness: 1, contrast: 0.2...1.8))
      return Self.prepared(5, .standardizeImage, .training(randomness), images)
    }
    #expect(seen([3], epoch: 0).scalars[...] == seen([4, 3, 0], epoch: 0).scalars[50..<100])
    #expect(seen([3], epoch: 0) != seen([3], epoch: 1))
  }

  @Test func nothingIsCroppedWithoutACrop() {
    #expect(Self.prepared(nil, .none, .evaluation) == Self.images)
    let randomness = Randomness(stream: RandomStream(seed: 1), images: Self.streams([0, 1, 2, 3, 4]))
    #expect(Self.prepared(nil, .none, .training(randomness)) == Self.images)
  }

  @Test(arguments: [0, -1, 10, 49])
  func impossibleCrops(crop: Int) throws {
    let error = #expect(throws: InputError.self) {
      try Self.configuration(side: 9, crop: crop, .none).validate()
    }
    #expect(error?.kind == .model && error?.problem.contains("crop of \(crop)×\(crop)") == true)
    var capsules = MatrixCapsules.Configuration.small
    capsules.inputShape = [2, 48, 48]
    capsules.crop = crop
    #expect(throws: InputError.self) { try capsules.validate() }
  }

  /// A configuration of before has no crop, and one without a crop is written as before.
  @Test func configurationsWithoutACrop() throws {
    let json = String(decoding: try JSONEncoder().encode(CNN.Configuration()), as: UTF8.self)
    #expect(!json.contains("crop\""))
    #expect(try JSONDecoder().decode(CNN.Configuration.self, from: Data(json.utf8)) == CNN.Configuration())
    var cropped = MatrixCapsules.Configuration.small
    cropped.inputShape = [2, 48, 48]
    cropped.crop = 32
    let copy = try JSONDecoder().decode(MatrixCapsules.Configuration.self, from: JSONEncoder().encode(cropped))
    #expect(copy == cropped && copy.crop == 32)
  }
}
