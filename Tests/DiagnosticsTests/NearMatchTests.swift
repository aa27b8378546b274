import Diagnostics
import Testing

@Test(arguments: [
  ("fgms", ["fgsm"]), ("FGSM", ["fgsm"]), ("mnist", ["mnist", "fashion-mnist"]), ("zzzzzz", []), ("bin", ["bim"]),
])
func nearMatches(name: String, expected: [String]) {
  #expect(NearMatch.candidates(for: name, among: ["fgsm", "bim", "fashion-mnist", "mnist"]) == expected)
}
