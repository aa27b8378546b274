import Files
import Testing

@Suite struct PathPartsTests {
  @Test(arguments: [
    ("x", "", "x"), ("ab", "", "ab"), ("x/y", "x", "y"), ("a/b/c", "a/b", "c"), ("/x", "/", "x"), ("/", "", "/"),
    ("x/", "", "x"), ("a//b//", "a", "b"), ("./x", ".", "x"), ("", "", ""), ("é/ß", "é", "ß"),
  ])
  func splits(_ path: String, _ folder: String, _ name: String) {
    #expect(PathParts.folder(path) == folder)
    #expect(PathParts.name(path) == name)
  }

  @Test func joins() {
    #expect(PathParts.join("", "x") == "x")
    #expect(PathParts.join("a", "x") == "a/x")
    #expect(PathParts.join("/", "x") == "/x")
  }
}
