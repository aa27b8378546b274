import Arrays

/// What the numbers of an array of images have in common, from which follows what they mean.
struct PixelRange {
  private var count = 0
  private var minimum = Double.infinity
  private var maximum = -Double.infinity
  private var isIntegral = true
  private var notFinite: (index: Int, value: Double)?
  private var offLevel: (index: Int, value: Double)?

  /// Whether all floating point numbers so far are levels k/255.
  var isOnLevels: Bool { offLevel == nil }

  mutating func note(_ value: Double) {
    if value.isFinite {
      if value < minimum { minimum = value }
      if value > maximum { maximum = value }
      if isIntegral, value.rounded() != value { isIntegral = false }
    } else if notFinite == nil {
      notFinite = (count, value)
    }
    count += 1
  }

  mutating func note(bytes: UnsafeRawBufferPointer) {
    var (least, most) = (UInt8.max, UInt8.min)
    for byte in bytes {
      least = min(least, byte)
      most = max(most, byte)
    }
    minimum = min(minimum, Double(least))
    maximum = max(maximum, Double(most))
    count += bytes.count
  }

  /// The number that was noted last is no level.
  mutating func noteOffLevel(_ value: Double) { offLevel = (count - 1, value) }

  /// What is wrong with numbers of type `element`, and the Python that mends it; nil if they are levels.
  func problem(of element: NumericArray.Element) -> (problem: String, remedy: String)? {
    if let (index, value) = notFinite {
      return (
        "element \(index) of its images is \(value.isNaN ? "not a number (NaN)" : "infinite")",
        "leave such images out, x being the images and y the labels: "
          + "`keep = numpy.isfinite(x).reshape(len(x), -1).all(1); x, y = x[keep], y[keep]`"
      )
    }
    let isLevel = element == .uint8 || element.isFloat && offLevel == nil
    let white: Double = element == .uint8 ? 255 : 1
    if minimum == 0, maximum == 0 {
      return (
        "all its images are black: every pixel is 0",
        "save them as they were before they became \(element.name); numbers in [0, 1] by "
          + "`x = numpy.rint(255 * x).astype(\"uint8\")`"
      )
    }
    if isLevel {
      // The second level of 256, and none above: white in a file that counts otherwise.
      guard maximum * 255 / white < 1.5, minimum >= 0 else { return nil }
      return element == .uint8 ? Self.zeroAndOne(element) : (described(element), Self.linear)
    }
    let problem = described(element)
    if !element.isFloat, minimum >= 0, maximum <= 1 { return Self.zeroAndOne(element) }
    return (problem, remedy(element))
  }

  /// For example `its images are float32 from 0.0 to 255.0; element 3 is 17.0, not one of the 256 levels k/255 of a pixel`.
  private func described(_ element: NumericArray.Element) -> String {
    func text(_ value: Double) -> String {
      if !element.isFloat, let whole = Int(exactly: value) { return "\(whole)" }
      return element == .float64 || !element.isFloat ? "\(value)" : "\(Float(value))"
    }
    let place = offLevel.map {
      "; element \($0.index) is \(text($0.value)), not one of the 256 levels k/255 of a pixel"
    }
    return "its images are \(element.name) from \(text(minimum)) to \(text(maximum))" + (place ?? ", not bytes")
  }

  private static func zeroAndOne(_ element: NumericArray.Element) -> (problem: String, remedy: String) {
    (
      "its images are \(element.name) and hold nothing but 0 and 1, the two darkest of 256 levels",
      "if 1 is white, x being the images: `x = x.astype(\"uint8\") * 255`; if they were numbers between 0 and 1 before they "
        + "were cut to whole ones, save those by `x = numpy.rint(255 * x).astype(\"uint8\")`"
    )
  }

  /// For any numbers between one that is black and one that is white.
  private static let linear =
    "with black and white as the numbers that stand for these, x being the images: "
    + "`x = numpy.rint(255 * ((x.astype(\"float64\") - black) / (white - black)).clip(0, 1)).astype(\"uint8\")`"

  private func remedy(_ element: NumericArray.Element) -> String {
    if minimum < 0 {
      if element == .int8 {
        return
          "if they are bytes whose upper half became negative, x being the images: `x = x.view(\"uint8\")`; if 128 was "
          + "subtracted from them: `x = (x.astype(\"int16\") + 128).astype(\"uint8\")`"
      }
      guard element.isFloat else { return Self.linear }
      return
        "they were normalised: undo that with the mean and std that were used (0.5 and 0.5 for numbers in [-1, 1]), x "
        + "being the images: `x = numpy.rint(255 * (x * std + mean).clip(0, 1)).astype(\"uint8\")`"
    }
    if maximum <= 1 {
      // A largest number of 1/255 or so was divided twice.
      return maximum * 255 < 2 ? Self.linear : "x being the images: `x = numpy.rint(255 * x).astype(\"uint8\")`"
    }
    if maximum <= 16 { return Self.linear }
    if maximum <= 255 {
      return isIntegral && !element.isFloat
        ? "x being the images: `x = x.astype(\"uint8\")`" : "x being the images: `x = numpy.rint(x).astype(\"uint8\")`"
    }
    guard isIntegral, maximum <= 65_535 else { return Self.linear }
    let white = maximum <= 1023 ? 1023 : maximum <= 4095 ? 4095 : 65_535
    return
      "if white is \(white), x being the images: `x = numpy.rint(x * (255 / \(white))).astype(\"uint8\")`; else put what white "
      + "is in its place"
  }
}
