package import Imaging

/// What makes pictures of several sizes images of one size, as they are read: resized, then cut to the middle.
///
/// Both as Pillow and torchvision (`Resize`, `CenterCrop`) do it. ε is then in units of the pixels of these images.
public struct ImageFit: Sendable, Hashable, Codable {
  /// Rows and columns.
  public struct Size: Sendable, Hashable, Codable {
    public var rows: Int
    public var columns: Int

    public init(rows: Int, columns: Int) { (self.rows, self.columns) = (rows, columns) }
  }

  /// So many pixels for the shorter side; the longer one keeps the proportions, rounded down.
  public var shorterSide: Int?
  /// Rows and columns, whatever the proportions.
  public var size: Size?
  /// The rectangle in the middle that is left.
  public var crop: Size?

  /// - Precondition: all sides are positive; not both a shorter side and a size.
  public init(shorterSide: Int? = nil, size: Size? = nil, crop: Size? = nil) {
    precondition(shorterSide == nil || size == nil, "ImageFit: \(shorterSide!) pixels on the shorter side, and a size")
    (self.shorterSide, self.size, self.crop) = (shorterSide, size, crop)
  }

  /// For example `resized to 256 pixels on the shorter side, cropped to 224×224 in the middle`.
  public var description: String {
    [
      shorterSide.map { "resized to \($0) pixels on the shorter side" },
      size.map { "resized to \($0.rows)×\($0.columns)" },
      crop.map { "cropped to \($0.rows)×\($0.columns) in the middle" },
    ].compactMap { $0 }.joined(separator: ", ")
  }

  /// The size that pictures of `old` are resized to.
  package func resized(_ old: PictureSize) -> PictureSize {
    if let size { return PictureSize(rows: size.rows, columns: size.columns) }
    guard let shorterSide else { return old }
    let longer = shorterSide * max(old.rows, old.columns) / min(old.rows, old.columns)
    return old.rows <= old.columns
      ? PictureSize(rows: shorterSide, columns: longer) : PictureSize(rows: longer, columns: shorterSide)
  }

  /// The size that pictures of `old` come to; nil if less is left of them than the crop.
  package func result(_ old: PictureSize) -> PictureSize? {
    let size = resized(old)
    guard let crop else { return size }
    return crop.rows <= size.rows && crop.columns <= size.columns
      ? PictureSize(rows: crop.rows, columns: crop.columns) : nil
  }

  /// - Precondition: `result` of its size is not nil.
  package func apply(to picture: Bitmap) -> Bitmap {
    let resized = picture.resized(to: self.resized(PictureSize(rows: picture.height, columns: picture.width)))
    guard let crop else { return resized }
    return resized.cropped(
      to: PictureSize(rows: crop.rows, columns: crop.columns), row: Self.half(resized.height - crop.rows),
      column: Self.half(resized.width - crop.columns))
  }

  /// Half a margin, rounded to the even number as Python does it.
  private static func half(_ margin: Int) -> Int { Int((Double(margin) / 2).rounded(.toNearestOrEven)) }
}
