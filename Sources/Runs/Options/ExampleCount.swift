/// How many images of the data set have their examples exported.
public enum ExampleCount: Sendable, Hashable {
  case first(Int)
  case all
}
