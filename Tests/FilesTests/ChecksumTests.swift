import Diagnostics
import Files
import Foundation
import TestSupport
import Testing

/// The test vectors of FIPS 180-4 that NIST publishes.
@Test(arguments: [
  ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
  ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
  (
    "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
    "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
  ),
  (String(repeating: "a", count: 1_000_000), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"),
])
func sha256OfPublishedVectors(text: String, expected: String) throws {
  let data = Data(text.utf8)
  #expect(Checksum.sha256(of: data) == expected)
  #expect(Checksum.sha256(of: data.prefix(1), Data(data.dropFirst())) == expected)
  let folder = try TemporaryFolder()
  #expect(try Checksum.sha256(ofFile: folder.write(data, to: "vector")) == expected)
}

@Test func sha256OfAMissingFile() {
  #expect(throws: InputError.self) { try Checksum.sha256(ofFile: "/no/such/file") }
}

@Test(arguments: [1, 3, 63, 64, 65, 127, 4_097])
func sha256OfPiecesIsThatOfTheWhole(size: Int) {
  let bytes = (0..<10_007).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 3) }
  var running = Checksum.Running()
  var isData = true
  for start in stride(from: 0, to: bytes.count, by: size) {
    let piece = bytes[start..<min(start + size, bytes.count)]
    // Slices of data that begin elsewhere than at 0, arrays, and nothing at all.
    if isData { running.add(Data(bytes)[piece.startIndex..<piece.endIndex]) } else { running.add(Array(piece)) }
    running.add(Data())
    isData.toggle()
  }
  let hash = running.sha256()
  #expect(hash == Checksum.sha256(of: Data(bytes)))
}

@Test func hashesDoNotDisturbOneAnother() {
  var one = Checksum.Running()
  var other = Checksum.Running()
  for letter in ["a", "b", "c"] {
    one.add(Data(letter.utf8))
    other.add(Data())
  }
  let hashes = (one.sha256(), other.sha256())
  #expect(hashes.0 == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
  #expect(hashes.1 == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
}

@Test func manyThreadsHashAtOnce() async {
  let hashes = await withTaskGroup(of: String.self) { group in
    for _ in 0..<64 { group.addTask { Checksum.sha256(of: Data("abc".utf8)) } }
    return await group.reduce(into: Set<String>()) { $0.insert($1) }
  }
  #expect(hashes == ["ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"])
}
