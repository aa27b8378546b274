import Files
import Foundation
import Testing

@Suite struct JSONTextTests {
  /// The parts are those that `JSONSerialization` finds, and each begins on its line.
  @Test(arguments: [
    #"{"a":1,"b":[1,2,{"c":"}]"}],"d":{"e":"x,y:z","f":"\"quoted\\"},"g":null}"#,
    "\n {\n\"a\" :\n\n 1 ,\r\n\"b\": [\n1,\n 2 ], \"d\":\t{\"e\"\n:\n\"ä, 😀\"}\n}\n\n", "{}", " { } ",
  ])
  func membersAreThoseOfTheObject(text: String) throws {
    let object = try #require(JSONSerialization.jsonObject(with: Data(text.utf8)) as? NSDictionary)
    let members = JSONText.members(of: text)
    #expect(Set(members.map(\.name)) == Set(object.allKeys.compactMap { $0 as? String }))
    #expect(members.count == object.count)
    // By bytes: to Swift, the end of a line of two characters is another character.
    let lines = text.utf8.split(separator: 10, omittingEmptySubsequences: false).map {
      String(decoding: $0, as: UTF8.self)
    }
    for member in members {
      let value = try JSONSerialization.jsonObject(with: Data(member.text.utf8), options: .fragmentsAllowed)
      #expect((value as? NSObject) == (object[member.name] as? NSObject), "\(member)")
      let first = member.text.split(separator: "\n")[0]
      #expect(lines[member.line - 1].contains(first.trimmingCharacters(in: .whitespacesAndNewlines)), "\(member)")
    }
  }

  @Test func elementsAreThoseOfTheList() {
    let text = "[\n{\"a\":[1,2]},\n\n\"x]\" , 3\n]"
    let elements = JSONText.elements(of: text)
    #expect(elements.map(\.text) == [#"{"a":[1,2]}"#, #""x]""#, "3"])
    #expect(elements.map(\.line) == [2, 4, 4])
    #expect(JSONText.elements(of: "[]").isEmpty && JSONText.elements(of: "{}").isEmpty)
  }

  /// Of what is no JSON it makes something or nothing.
  @Test(arguments: [
    "", "{", "}", "[", "{]", "\"", "{\"a\"}", "{:}", "{,}", "{\"a\":}", "[\"\\", "{\"a\":\"b}", "[1,]", "[,1]",
  ])
  func whatIsNoJSONNeverTraps(text: String) {
    #expect(JSONText.members(of: text).count <= 1 && JSONText.elements(of: text).count <= 1)
  }
}
