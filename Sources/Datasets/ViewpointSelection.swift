import Diagnostics

/// Which images of a data set with viewpoints are meant, by the codes of the `-info` files; `nil` is any.
///
///     try ViewpointSelection(azimuth: "30,32,34,0,2,4", elevation: "0-2")
public struct ViewpointSelection: Codable, Hashable, Sendable {
  /// In ascending order, as are the others.
  public private(set) var instances: [Int]?
  public private(set) var elevations: [Int]?
  public private(set) var azimuths: [Int]?
  public private(set) var lightings: [Int]?

  /// Codes and ranges of codes, separated by commas: azimuths `6-28` are 6, 8, … 28.
  /// - Throws: `InputError(.usage)` that names the field, if a code is impossible.
  public init(
    instance: String? = nil, elevation: String? = nil, azimuth: String? = nil, lighting: String? = nil
  ) throws {
    instances = try instance.map { try Field.instance.codes(parsing: $0) }
    elevations = try elevation.map { try Field.elevation.codes(parsing: $0) }
    azimuths = try azimuth.map { try Field.azimuth.codes(parsing: $0) }
    lightings = try lighting.map { try Field.lighting.codes(parsing: $0) }
  }

  private init() {}

  /// What a viewpoint consists of.
  public enum Field: String, CaseIterable, Sendable {
    case instance, elevation, azimuth, lighting

    /// Every code that there is.
    public var codes: [Int] {
      switch self {
      case .instance: Array(0...9)
      case .elevation: Array(0...8)
      case .azimuth: Array(stride(from: 0, through: 34, by: 2))
      case .lighting: Array(0...5)
      }
    }

    private var setting: Setting {
      switch self {
      case .instance: .instance
      case .elevation: .elevation
      case .azimuth: .azimuth
      case .lighting: .lighting
      }
    }

    func codes(parsing text: String) throws -> [Int] {
      let known = codes
      var chosen: Set<Int> = []
      for piece in text.split(separator: ",", omittingEmptySubsequences: false) {
        let ends = piece.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
        guard (1...2).contains(ends.count), let first = ends[0], let last = ends[ends.count - 1], first <= last,
          known.contains(first), known.contains(last)
        else {
          throw InputError(
            .usage, setting,
            "found “\(piece)”; the codes are \(known[0]), \(known[1]), … \(known[known.count - 1])",
            remedy: "write codes or ranges of them, separated by commas, for example "
              + (self == .azimuth ? "30,32,34,0,2,4 or 6-28" : "0,2 or 1-3"))
        }
        chosen.formUnion(known.filter { (first...last).contains($0) })
      }
      return chosen.sorted()
    }
  }

  /// The codes of `field`; `nil` if any will do.
  public subscript(field: Field) -> [Int]? {
    switch field {
    case .instance: instances
    case .elevation: elevations
    case .azimuth: azimuths
    case .lighting: lightings
    }
  }

  /// Whether any viewpoint will do.
  public var isEmpty: Bool { Field.allCases.allSatisfy { self[$0] == nil } }

  public func contains(_ viewpoint: Viewpoint) -> Bool {
    Field.allCases.allSatisfy { self[$0]?.contains(viewpoint[$0]) ?? true }
  }

  /// The selection without a choice of instances, which differ from split to split.
  public var ofAnyInstance: ViewpointSelection {
    var selection = self
    selection.instances = nil
    return selection
  }

  /// What both select.
  func intersection(_ other: ViewpointSelection) -> ViewpointSelection {
    func both(_ field: Field) -> [Int]? {
      guard let mine = self[field], let theirs = other[field] else { return self[field] ?? other[field] }
      return mine.filter(theirs.contains)
    }
    var selection = ViewpointSelection()
    selection.instances = both(.instance)
    selection.elevations = both(.elevation)
    selection.azimuths = both(.azimuth)
    selection.lightings = both(.lighting)
    return selection
  }
}

extension ViewpointSelection: CustomStringConvertible {
  /// For example `elevation 0,1,2; azimuth 0,2,4,30,32,34`.
  public var description: String {
    Field.allCases.compactMap { field in
      self[field].map { "\(field.rawValue) \($0.map(String.init).joined(separator: ","))" }
    }.joined(separator: "; ")
  }
}

extension Viewpoint {
  subscript(field: ViewpointSelection.Field) -> Int {
    switch field {
    case .instance: instance
    case .elevation: elevation
    case .azimuth: azimuth
    case .lighting: lighting
    }
  }
}

extension Dataset {
  /// The images from the viewpoints of `selection`, in order, with their ids; the result remembers what was selected.
  /// - Throws: `InputError(.dataset)` if the data set has no viewpoints, or no such image.
  public func subset(viewpoints selection: ViewpointSelection) throws -> Dataset {
    guard !selection.isEmpty else { return self }
    guard let viewpoints else {
      throw InputError(
        .dataset, "the data set \(name)", "does not say from where its images were taken (asked for: \(selection))",
        remedy: "choose viewpoints of smallnorb, toynorb or norb only")
    }
    var subset = subset(at: viewpoints.indices.filter { selection.contains(viewpoints[$0]) })
    guard subset.count > 0 else {
      let instances = Set(viewpoints.map(\.instance)).sorted().map(String.init).joined(separator: ", ")
      throw InputError(
        .dataset, "the data set \(name)",
        "has no image of \(selection) among the \(count) of its \(split.rawValue) split",
        remedy: "ask for other viewpoints; the instances there are \(instances)")
    }
    subset.selection = self.selection.map(selection.intersection) ?? selection
    return subset
  }
}
