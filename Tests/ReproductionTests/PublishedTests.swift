import Reproduction
import Testing

/// The numbers of the paper, typed in once more, row by row.
@Suite struct PublishedTests {
  @Test func table1() {
    let rows = Published.ablations.map { "\($0.iterations) \($0.pose) \($0.loss) \($0.addsCoordinates) \($0.error)" }
    #expect(
      rows == [
        "1 matrix spread true 9.7", "2 matrix spread true 2.2", "3 matrix spread true 1.8", "5 matrix spread true 3.9",
        "3 vector spread true 2.9", "3 matrix spread false 2.6", "3 vector spread false 3.2",
        "3 matrix margin true 3.2", "3 matrix cross-entropy true 5.8",
      ])
    #expect(Published.ablations[Published.bestRow].error == Published.ablations.map(\.error).min())
    #expect([Published.cnnError, Published.ciresanError, Published.multipleCropsError] == [5.2, 2.56, 1.4])
    #expect([Published.smallNetworkError, Published.mixingProportionsError] == [2.2, 4.5])
  }

  @Test func table2() {
    let halves = [Published.azimuth, Published.elevation].map { [$0.cnnNovel, $0.capsulesNovel, $0.familiar] }
    #expect(halves == [[20, 13.5, 3.7], [17.8, 12.3, 4.3]])
  }
}
