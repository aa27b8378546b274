import Diagnostics
import Testing

@Suite struct VocabularyTests {
  private let colours = Vocabulary(
    "colour", names: ["red", "dark-blue"], synonyms: ["navy": "dark-blue", "scarlet": "red"],
    hints: [.init("infra", "ultra", text: "nobody sees it")])

  @Test(
    arguments: [
      ("red", "red"), ("RED", "red"), ("Dark_Blue", "dark-blue"), ("darkblue", "dark-blue"), ("dark blue", "dark-blue"),
      ("Navy", "dark-blue"), ("scarlet", "red"), ("reed", nil), ("", nil), ("-", nil), ("infrared", nil),
    ] as [(String, String?)])
  func knowsNames(text: String, name: String?) {
    #expect(colours.name(for: text) == name)
    #expect((try? colours.name(for: text, .usage, "--colour")) == name)
  }

  @Test(arguments: [
    ("rred", "did you mean red? known: red, dark-blue"), ("nvay", "did you mean dark-blue? known: red, dark-blue"),
    ("Infra-Red", "nobody sees it; known: red, dark-blue"), ("xyzzyx", "known: red, dark-blue"),
  ])
  func answersWithWhatIsNearest(text: String, remedy: String) {
    let error = #expect(throws: InputError.self) { try colours.name(for: text, .usage, "--colour") }
    #expect(error?.remedy == remedy && error?.problem == "there is no colour called “\(text)”")
    #expect(error?.kind == .usage && error?.subject == "--colour")
  }
}
