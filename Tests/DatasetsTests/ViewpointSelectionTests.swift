import Datasets
import Diagnostics
import Foundation
import Tensors
import Testing

/// Subsets by viewpoint, as the tables on novel viewpoints need them.
@Suite struct ViewpointSelectionTests {
  /// Every elevation and azimuth once, in the light of the elevation modulo 6, of instance 4 or 6 in turn: 162 images.
  static let viewpoints = (0..<162).map {
    Viewpoint(instance: $0 % 2 == 0 ? 4 : 6, elevation: $0 / 18, azimuth: $0 % 18 * 2, lighting: $0 / 18 % 6)
  }
  let dataset = Dataset(
    name: "toys", split: .train, shape: [2, 1, 1], bytes: Data((0..<324).map { UInt8($0 / 2) }),
    labels: (0..<162).map { $0 % 5 }, ids: (0..<162).map { 1000 + $0 }, viewpoints: viewpoints,
    classNames: ["a", "b", "c", "d", "e"], sha256: "hash", attribution: "us")

  private func codes(_ selection: ViewpointSelection, _ field: KeyPath<Viewpoint, Int>) throws -> Set<Int> {
    Set(try dataset.subset(viewpoints: selection).viewpoints!.map { $0[keyPath: field] })
  }

  /// The familiar and the novel azimuths of Table 2 are 6 and 12 of 18; its elevations 3 and 6 of 9.
  @Test func theHalvesOfTable2() throws {
    let familiar = try ViewpointSelection(azimuth: "30,32,34,0,2,4")
    let novel = try ViewpointSelection(azimuth: "6-28")
    #expect(try codes(familiar, \.azimuth) == [30, 32, 34, 0, 2, 4])
    #expect(try codes(novel, \.azimuth) == Set(stride(from: 6, through: 28, by: 2)))
    let (near, far) = (try dataset.subset(viewpoints: familiar), try dataset.subset(viewpoints: novel))
    #expect(near.count == 54 && far.count == 108)
    #expect((near.ids + far.ids).sorted() == dataset.ids)
    #expect(far.pixels(at: 0) == [3, 3] && far.ids[0] == 1003 && far.labels[0] == 3)
    #expect(try codes(ViewpointSelection(elevation: "0-2"), \.elevation) == [0, 1, 2])
    #expect(try codes(ViewpointSelection(elevation: "3-8"), \.elevation) == Set(3...8))
  }

  @Test func everyFieldHasToAgree() throws {
    let one = try dataset.subset(
      viewpoints: ViewpointSelection(instance: "6", elevation: "7", azimuth: "2", lighting: "1"))
    #expect(one.ids == [1000 + 7 * 18 + 1])
    #expect(one.sha256 == "hash" && one.selection?.description == "instance 6; elevation 7; azimuth 2; lighting 1")
    let whole = try dataset.subset(viewpoints: ViewpointSelection())
    #expect(whole.count == 162 && whole.selection == nil)
    // In two steps, and then only some of the images.
    let two = try dataset.subset(viewpoints: ViewpointSelection(elevation: "7,1", azimuth: "0-2"))
      .subset(viewpoints: ViewpointSelection(instance: "6", elevation: "7-8"))
    #expect(two.ids == one.ids && two.selection?.description == "instance 6; elevation 7; azimuth 0,2")
    #expect(two.first(1).selection == two.selection)
    #expect(two.selection?.ofAnyInstance.description == "elevation 7; azimuth 0,2")
  }

  @Test func codesInAnyOrderAreTheSameSelection() throws {
    let one = try ViewpointSelection(azimuth: "30,32,34,0,2,4")
    #expect(try one == ViewpointSelection(azimuth: "0-4,30-34,2"))
    #expect(one.description == "azimuth 0,2,4,30,32,34")
    #expect(try JSONDecoder().decode(ViewpointSelection.self, from: JSONEncoder().encode(one)) == one)
  }

  @Test(arguments: [
    ("azimuth", "3"), ("azimuth", "36"), ("azimuth", "0-35"), ("azimuth", "28-6"), ("azimuth", ""), ("azimuth", "0,"),
    ("azimuth", "0-2-4"), ("azimuth", "-2"), ("elevation", "9"), ("elevation", "two"), ("instance", "10"),
    ("lighting", "6"), ("lighting", "1 2"),
  ])
  func impossibleCodesAreNamed(field: String, text: String) {
    let error = #expect(throws: InputError.self) {
      try ViewpointSelection(
        instance: field == "instance" ? text : nil, elevation: field == "elevation" ? text : nil,
        azimuth: field == "azimuth" ? text : nil, lighting: field == "lighting" ? text : nil)
    }
    #expect(error?.kind == .usage && error?.subject == field)
    #expect(error?.problem.contains("the codes are 0, ") == true)
  }

  @Test func emptyResultsAndDataWithoutViewpointsAreRefused() throws {
    let error = #expect(throws: InputError.self) {
      try dataset.subset(viewpoints: ViewpointSelection(instance: "0,3"))
    }
    #expect(error?.kind == .dataset && error?.problem.contains("no image of instance 0,3") == true)
    #expect(error?.remedy.contains("4, 6") == true)
    let plain = #expect(throws: InputError.self) {
      try DatasetCatalog().load().subset(viewpoints: ViewpointSelection(azimuth: "0"))
    }
    #expect(plain?.kind == .dataset && plain?.problem.contains("from where") == true)
  }
}
