import Diagnostics
import Figures
import Foundation
import Imaging
import TestSupport
import Testing

/// Figures as librsvg draws them.
@Suite(.enabled(if: (try? FigureRenderer(formats: [.pdf])) != nil, "needs rsvg-convert"))
struct FigureRendererTests {
  @Test func drawsInColour() throws {
    let folder = try TemporaryFolder()
    let url = URL(filePath: folder.path, directoryHint: .isDirectory)
    try folder.write(Data(Plots.line.svg(width: 760, height: 440, standalone: true).utf8), to: "accuracy.svg")
    let files = ["accuracy.csv", "accuracy.svg"]
    let renderer = try FigureRenderer(formats: [.pdf, .png])
    #expect(try renderer.render(files, in: url) == ["accuracy.pdf", "accuracy.png"])
    let pdf = try Data(contentsOf: url.appending(path: "accuracy.pdf"))
    #expect(pdf.starts(with: Data("%PDF-".utf8)))
    let picture = try PNG.read(folder("accuracy.png"))
    #expect(picture.width >= 3 * 760 - 2 && picture.height >= 3 * 440 - 2)
    // White in the corner; both models' colours; and next to no black, of which everything was.
    #expect(picture.pixels.prefix(3) == [255, 255, 255])
    var counts: [Int: Int] = [:]
    for start in stride(from: 0, to: picture.pixels.count, by: picture.channels) {
      let (r, g, b) = (picture.pixels[start], picture.pixels[start + 1], picture.pixels[start + 2])
      counts[Int(r) << 16 | Int(g) << 8 | Int(b), default: 0] += 1
    }
    #expect(counts[0x0b62a8, default: 0] > 500 && counts[0xc2410c, default: 0] > 500)
    #expect(counts[0, default: 0] < 100)
    // Equal figures give equal files.
    let png = try Data(contentsOf: url.appending(path: "accuracy.png"))
    _ = try renderer.render(files, in: url)
    #expect(try Data(contentsOf: url.appending(path: "accuracy.pdf")) == pdf)
    #expect(try Data(contentsOf: url.appending(path: "accuracy.png")) == png)
  }

  @Test func whatIsNoFigureIsRefused() throws {
    let folder = try TemporaryFolder()
    let url = URL(filePath: folder.path, directoryHint: .isDirectory)
    try folder.write(Data("no figure".utf8), to: "a.svg")
    #expect(throws: InputError.self) { try FigureRenderer(formats: [.png]).render(["a.svg"], in: url) }
    #expect(try folder.names() == ["a.svg"])
  }
}
