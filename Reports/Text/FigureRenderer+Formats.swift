public import Figures
public import Runs

extension FigureRenderer {
  /// For the formats that a run was asked for.
  ///
  /// - Throws: `InputError` of kind `.usage` if `rsvg-convert` is needed and not in `PATH`.
  public init(_ formats: FigureFormats?) throws {
    try self.init(
      formats: (formats?.formats ?? []).map { format in
        switch format {
        case .pdf: .pdf
        case .png: .png
        }
      })
  }
}
