/// Which toy an image of NORB shows, from where and in which light: the codes of the `-info` files.
public struct Viewpoint: Sendable, Hashable {
  /// Which of the ten toys of its class.
  public let instance: Int
  /// The camera's height, 0 to 8: 30° + 5° · `elevation` above the horizon.
  public let elevation: Int
  /// The turn of the table, even, 0 to 34: 10° · `azimuth`.
  public let azimuth: Int
  /// Which of the six lightings.
  public let lighting: Int

  /// What is wrong with the codes, such as “azimuth 3”; `nil` if all are possible.
  var problem: String? {
    if !(0...9).contains(instance) { return "instance \(instance)" }
    if !(0...8).contains(elevation) { return "elevation \(elevation)" }
    if !(0...34).contains(azimuth) || azimuth % 2 != 0 { return "azimuth \(azimuth)" }
    if !(0...5).contains(lighting) { return "lighting \(lighting)" }
    return nil
  }

  public init(instance: Int, elevation: Int, azimuth: Int, lighting: Int) {
    self.instance = instance
    self.elevation = elevation
    self.azimuth = azimuth
    self.lighting = lighting
  }
}
