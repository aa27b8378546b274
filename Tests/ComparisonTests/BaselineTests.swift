import Comparison
import Diagnostics
import Files
import Foundation
import Runs
import TestSupport
import Testing

@Suite struct BaselineTests {
  @Test func isReadAsItWasWritten() throws {
    let folder = try TemporaryFolder()
    let sample = OutcomeSample(count: 11, beaten: 3)
    let baseline = try Baseline(of: sample.store(in: folder))
    #expect(try sample.baseline(in: folder) == baseline)
    #expect(baseline.outcomes.images == sample.ids)
    // ε = 0 repeats the clean outcomes and is left out.
    #expect(baseline.outcomes.groups.map(\.correct) == [sample.clean, sample.attacked])
  }

  /// Eleven images of which the last eight stand: 0001 1111 111 is 1fe; ids 3, 6, … have no neighbours.
  @Test func isOneLinePerGroup() throws {
    let folder = try TemporaryFolder()
    let json = try Baseline(of: OutcomeSample(count: 11, beaten: 3).store(in: folder)).json
    let lines = String(decoding: json, as: UTF8.self).split(separator: "\n").map(String.init)
    #expect(
      lines.contains(
        #"{"attack":"fgsm()","correct":8,"epsilon":"8/255","goal":"untargeted","images":"1fe","model":"cnn"}"#))
    #expect(lines.contains(#"{"attack":"none","correct":11,"images":"ffe","model":"cnn"},"#))
    #expect(lines.contains(#""3,6,9,12,15,18,21,24,27,30,33""#))
    let keys = lines.filter { $0.hasPrefix("\"") && $0.contains("\": ") }.map { $0.prefix { $0 != ":" } }
    #expect(keys == keys.sorted() && keys.count == 14)
  }

  @Test func neighboursAreWrittenAsRanges() throws {
    let folder = try TemporaryFolder()
    var sample = OutcomeSample(count: 200, beaten: 0)
    sample.ids = Array(0..<150) + [160] + Array(200..<249)
    let text = String(decoding: try Baseline(of: sample.store(in: folder)).json, as: UTF8.self)
    #expect(text.contains("\n\"0-149,160,200-248\"\n"))
    #expect(try sample.baseline(in: folder).outcomes.images == sample.ids)
  }

  @Test func linesSayWhereGroupsStand() throws {
    let folder = try TemporaryFolder()
    let json = String(
      decoding: try Baseline(of: OutcomeSample(count: 11, beaten: 3).store(in: folder)).json, as: UTF8.self)
    // As it was written, and as another program may lay it out: the same baseline, on other lines.
    let object = try JSONSerialization.jsonObject(with: Data(json.utf8))
    let spread = try JSONSerialization.data(withJSONObject: object, options: [.prettyPrinted, .withoutEscapingSlashes])
    for text in [json, "\n\n" + json.replacing("},\n{", with: "} ,\n\n\n{"), String(decoding: spread, as: UTF8.self)] {
      let path = try folder.write(Data(text.utf8), to: "base.json")
      let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
      let file = try BaselineFile.read(path)
      for group in file.baseline.outcomes.groups {
        let line = try #require(file.lineNumbers[group.key])
        #expect(lines[line - 1].hasPrefix("{") || lines[line - 1].trimmingCharacters(in: .whitespaces) == "{")
        let rest = lines[(line - 1)...].joined(separator: "\n").prefix { $0 != "}" }.replacing(" ", with: "")
        #expect(rest.contains("\"correct\":\(group.correctCount)"))
      }
    }
  }

  /// Each damage to a good file, and a word of the message it must give.
  @Test(
    arguments: [
      ("robust-baseline", "robust-something", "not a baseline"), ("\"version\": 2", "\"version\": 3", "version 3"),
      ("\"version\": 2", "\"version\": 1", "version 1"), ("1fe", "1ff", "8 of 11"), ("1fe", "1f", "8 of 11"),
      ("1fe", "1fg", "8 of 11"), ("\"correct\":8", "\"correct\":9", "9 of 11"),
      ("3,6,9,12", "3,6,9,11-13", "11 image numbers"), ("3,6,9,12", "0-9223372036854775807", "11 image numbers"),
      ("3,6,9,12", "6,3,9,12", "11 image numbers"), ("3,6,9,12", "3,6,-9,12", "11 image numbers"),
      ("\"count\":11", "\"count\":9000000000000000000", "image numbers"),
      ("\"count\":11", "\"count\":-1", "-1 images"),
      ("\"model\":\"cnn\"", "\"model\":\"dog\"", "dog"), ("\"goal\":\"untargeted\"", "\"goal\":\"each\"", "each"),
      ("\"goals\": [\n\"untargeted\"\n]", "\"goals\": 7", "goals"), ("\"seed\": 1", "\"seed\": -1", "damaged"),
      ("\"seed\": 1,", "", "seed"), ("{\n\"attacks\"", "[\n\"attacks\"", "not a baseline"),
      (#""attack":"none","correct":11,"images":"ffe""#, #""attack":"none","correct":8,"images":"1fe""#, "checksum"),
      ("\"seed\": 1", "\"seed\": 2", "hash"), ("\"sha256\":\"aa\"", "\"sha256\":\"ab\"", "hash"),
      ("\"limit\": 7,\n", "", "hash"), ("\"objective\":\"cross-entropy\",", "", "hash"),
      ("\"description\":\"fgsm()\",", "", "description"),
      ("3,6,9,12", "3,6,9,11", "checksum"), ("\"checksum\": \"", "\"checksum\": \"0", "checksum"),
      (#"{"attack":"none","correct":11,"images":"ffe","model":"cnn"},"#, "", "1 of 2 groups"),
      ("\"attacks\": [\n", "\"attacks\": [], \"old\": [\n", "empty list"),
    ] as [(String, String, String)])
  func damageIsNamed(from: String, to: String, message: String) throws {
    let folder = try TemporaryFolder()
    var sample = OutcomeSample(count: 11, beaten: 3)
    sample.change = { $0.limit = 7 }
    let good = String(
      decoding: try Baseline(of: sample.store(in: folder)).json, as: UTF8.self)
    #expect(good.contains(from))
    let path = try folder.write(Data(good.replacing(from, with: to).utf8), to: "bad.json")
    do {
      _ = try Baseline.read(path)
      Issue.record("accepted")
    } catch let error as InputError {
      #expect(error.kind == .file && error.subject == path && error.problem.contains(message), "\(error)")
    }
  }

  @Test func theSameGroupTwiceIsRefused() throws {
    let folder = try TemporaryFolder()
    let good = String(
      decoding: try Baseline(of: OutcomeSample(count: 11, beaten: 3).store(in: folder)).json, as: UTF8.self)
    let line = #"{"attack":"none","correct":11,"images":"ffe","model":"cnn"},"#
    let path = try folder.write(Data(good.replacing(line, with: line + line).utf8), to: "bad.json")
    #expect(throws: InputError.self) { try Baseline.read(path) }
  }

  @Test func theSameModelTwiceIsRefused() throws {
    let folder = try TemporaryFolder()
    let good = String(
      decoding: try Baseline(of: OutcomeSample(count: 11, beaten: 3).store(in: folder)).json, as: UTF8.self)
    let line = try #require(good.split(separator: "\n").map(String.init).first { $0.contains("\"parameterCount\"") })
    let path = try folder.write(Data(good.replacing(line, with: line + "," + line).utf8), to: "bad.json")
    #expect(throws: InputError.self) { try Baseline.read(path) }
  }

  /// SHA-256 of the file without the line that says it.
  @Test func theChecksumIsOfTheRest() throws {
    let folder = try TemporaryFolder()
    let json = String(
      decoding: try Baseline(of: OutcomeSample(count: 11, beaten: 3).store(in: folder)).json, as: UTF8.self)
    let lines = json.split(separator: "\n", omittingEmptySubsequences: false)
    let rest = lines.filter { !$0.hasPrefix("\"checksum\"") }.joined(separator: "\n")
    #expect(rest.utf8.count < json.utf8.count)
    #expect(json.contains("\"checksum\": \"\(Checksum.sha256(of: Data(rest.utf8)))\","))
  }

  /// Whoever leaves out a group and makes the file sound again still has too few of them.
  @Test(arguments: [false, true])
  func groupsAreTheProductOfWhatWasRun(isClean: Bool) throws {
    let folder = try TemporaryFolder()
    let json = String(
      decoding: try Baseline(of: OutcomeSample(count: 11, beaten: 3).store(in: folder)).json, as: UTF8.self)
    var lines = json.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    let clean = try #require(lines.firstIndex { $0.contains("\"attack\":\"none\"") })
    if isClean {
      lines.remove(at: clean)
    } else {
      lines.remove(at: clean + 1)
      lines[clean].removeLast()
    }
    let checksum = try #require(lines.firstIndex { $0.hasPrefix("\"checksum\"") })
    let rest = (lines[..<checksum] + lines[(checksum + 1)...]).joined(separator: "\n")
    lines[checksum] = "\"checksum\": \"\(Checksum.sha256(of: Data(rest.utf8)))\","
    let path = try folder.write(Data(lines.joined(separator: "\n").utf8), to: "bad.json")
    do {
      _ = try Baseline.read(path)
      Issue.record("accepted")
    } catch let error as InputError {
      #expect(error.problem.contains("1 of 2 groups"), "\(error)")
    }
  }

  /// Cut short anywhere, or with any bit turned: an error or a baseline, never a trap. `ROBUST_FUZZ` asks for more.
  @Test func damagedFilesNeverTrap() throws {
    let folder = try TemporaryFolder()
    let store = try OutcomeSample(count: 40, beaten: 7).store(in: folder)
    let good = try Baseline(of: store).json
    let rounds = ProcessInfo.processInfo.environment["ROBUST_FUZZ"].flatMap { Int($0) } ?? 500
    var state: UInt64 = 0x9E37_79B9_7F4A_7C15
    func random(_ bound: Int) -> Int {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return Int(state % UInt64(bound))
    }
    let path = folder("mutated.json")
    for round in 0..<rounds {
      var bytes = good
      switch round % 4 {
      case 0: bytes = bytes.prefix(random(bytes.count))
      case 1: for _ in 0...random(4) { bytes[random(bytes.count)] ^= 1 << UInt8(random(8)) }
      case 2: for _ in 0...random(4) { bytes[random(bytes.count)] = Array("0123456789-,\"{}[]ef".utf8)[random(19)] }
      default:
        let start = random(bytes.count)
        bytes.removeSubrange(start..<min(bytes.count, start + random(40)))
      }
      try AtomicFile.writeUnflushed(bytes, to: path)
      do {
        let baseline = try Baseline.read(path)
        #expect(baseline.outcomes.groups.allSatisfy { $0.correct.count == baseline.outcomes.images.count })
        _ = try Gate(of: store, against: baseline, options: .init())
      } catch is InputError {
      }
    }
  }
}
