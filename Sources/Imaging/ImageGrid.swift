/// Arranges pictures on a sheet.
public enum ImageGrid {
  /// `rows` of pictures, each enlarged `scale` times, `gap` pixels between and around them.
  ///
  /// Every cell is as wide as the widest picture and as high as the highest of its row; a smaller one lies in its upper left
  /// corner, and `nil` leaves the cell empty. The sheet is in colour if any picture is.
  public static func compose(
    rows: [[Bitmap?]], scale: Int = 1, gap: Int = 2, background: UInt8 = 255
  ) -> Bitmap {
    let pictures = rows.joined().compactMap(\.self)
    precondition(!pictures.isEmpty, "ImageGrid.compose: no pictures")
    precondition(scale > 0 && gap >= 0, "ImageGrid.compose: scale \(scale), gap \(gap)")
    let cellWidth = pictures.map(\.width).max()! * scale
    let cellHeights = rows.map { cells in (cells.compactMap { $0?.height }.max() ?? 0) * scale }
    let channels = pictures.map(\.channels).max()!
    let columns = rows.map(\.count).max()!
    let width = gap + columns * (cellWidth + gap)
    let tops = cellHeights.reduce(into: [gap]) { tops, height in tops.append(tops.last! + height + gap) }
    let height = tops.last!
    var sheet = [UInt8](repeating: background, count: width * height * channels)
    for (row, cells) in rows.enumerated() {
      for (column, cell) in cells.enumerated() {
        guard let picture = cell.map({ channels == 3 ? $0.inColour : $0 })?.enlarged(by: scale) else { continue }
        let (left, top) = (gap + column * (cellWidth + gap), tops[row])
        let line = picture.width * channels
        for y in 0..<picture.height {
          let start = ((top + y) * width + left) * channels
          sheet.replaceSubrange(start..<(start + line), with: picture.pixels[(y * line)..<((y + 1) * line)])
        }
      }
    }
    return Bitmap(width: width, height: height, channels: channels, pixels: sheet)
  }
}
