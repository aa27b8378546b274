/// What the catalogue knows of ToyNORB; its pictures are made by the room of that name.
package enum ToyNORBRelease {
  package static let name = "toynorb"
  /// Changes with the bytes of the pictures.
  package static let version = 1
  /// What the folder of this version is called.
  package static let folder = "\(name)-\(version)"
  package static let classNames = KnownDataset.smallNORB.classNames
  package static let attribution =
    "ToyNORB version \(version), synthetic: rendered by robust in the likeness of smallNORB (LeCun, "
    + "Huang, Bottou 2004)"
}
