import Files
import Testing

@Suite struct FileNameTests {
  @Test(arguments: ["cnn", "my-net_2.1", "A"])
  func plainNamesStay(name: String) { #expect(FileName.safe(name) == name) }

  @Test(arguments: [
    ("../my net", "..-my-net"), ("a/b", "a-b"), ("tab\there", "tab-here"), ("", ""),
  ])
  func otherCharactersBecomeDashes(name: String, safe: String) { #expect(FileName.safe(name) == safe) }

  @Test func longAndForeignNamesStayDifferent() {
    let names = [
      String(repeating: "n", count: 400), String(repeating: "n", count: 399) + "m", "модель", "модуль", "模型甲", "模型乙",
      "é", "e\u{301}x", String(repeating: "字", count: 400), "🧠", "🧪",
    ]
    let safe = names.map(FileName.safe)
    #expect(Set(safe).count == names.count)
    for name in safe {
      #expect(name.utf8.count <= FileName.limit && name.allSatisfy { $0.isASCII && !$0.isWhitespace && $0 != "/" })
    }
  }

  @Test func namesAreDistinctWhereCapitalsAreNot() {
    let names = FileName.distinct(["Net", "net", "NET", "net-2", "clean", "x"]) { $0 == "clean" }
    #expect(names == ["Net", "net-2", "NET-3", "net-2-2", "model-clean", "x"])
    #expect(Set(names.map { $0.lowercased() }).count == names.count)
  }
}
