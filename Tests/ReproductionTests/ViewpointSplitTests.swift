import Datasets
import Diagnostics
import Reproduction
import Testing

@Suite struct ViewpointSplitTests {
  /// §5.1 in degrees: trained on azimuths of 300, 320, 340, 0, 20, 40; tested on 60 to 280; and on the three lower and the
  /// six higher of the nine elevations.
  @Test func theCodesAreThoseOfThePaper() {
    let degrees = ViewpointSplit.azimuth.familiarCodes.map { $0 * 10 }
    #expect(degrees == [300, 320, 340, 0, 20, 40])
    #expect(ViewpointSplit.azimuth.novelCodes.map { $0 * 10 } == Array(stride(from: 60, through: 280, by: 20)))
    #expect(ViewpointSplit.elevation.familiarCodes == [0, 1, 2])
    #expect(ViewpointSplit.elevation.novelCodes == [3, 4, 5, 6, 7, 8])
    // Together they are all that there is, each once.
    #expect(
      (ViewpointSplit.azimuth.familiarCodes + ViewpointSplit.azimuth.novelCodes).sorted() == (0..<18).map { 2 * $0 })
    #expect((ViewpointSplit.elevation.familiarCodes + ViewpointSplit.elevation.novelCodes).sorted() == Array(0...8))
  }

  /// One image from each of the 162 directions: a third is familiar, in either way.
  @Test func aThirdIsFamiliar() throws {
    let whole = Toys.dataset(.test, perClass: 162, viewpoint: { (elevation: $0 / 18, azimuth: 2 * ($0 % 18)) })
    for split in ViewpointSplit.allCases {
      let (familiar, novel) = (try split.familiar(whole), try split.novel(whole))
      #expect(familiar.count == 270 && novel.count == 540)
      #expect(Set(familiar.ids).isDisjoint(with: novel.ids))
    }
    let novel = try ViewpointSplit.azimuth.novel(whole)
    #expect(Set(novel.viewpoints!.map(\.azimuth)) == Set(stride(from: 6, through: 28, by: 2)))
    let low = try ViewpointSplit.elevation.familiar(whole)
    #expect(Set(low.viewpoints!.map(\.elevation)) == [0, 1, 2])
  }

  @Test func nothingFamiliarIsAnError() throws {
    let high = Toys.dataset(.test, viewpoint: { (elevation: 5 + $0 % 4, azimuth: 0) })
    let error = #expect(throws: InputError.self) { try ViewpointSplit.elevation.familiar(high) }
    #expect(error?.kind == .dataset && error?.problem.contains("code 0, 1, 2") == true)
  }
}
