/// Thrown once what was done has been saved, after someone asked to stop.
public struct Interrupted: Error {
  public init() {}
}
