import Attacks
import Foundation
import Reports
import Runs
import Sweeps
import TestSupport
import Testing

/// The report in a real browser. A page round it looks at it in frames of several widths and writes down what it finds.
@Suite(.serialized, .enabled(if: Browser.path != nil, "needs Chromium or Chrome")) struct BrowserTests {
  /// What the probe saw in a frame.
  struct Sight: Codable {
    var width: Int
    var isDark: Bool
    /// Pixels that the page is wider than its frame.
    var overflow: Double
    var figures: Int
    /// Figures that are drawn outside of the page or have no area.
    var misplacedFigures: Int
    /// The faintest text: its contrast with what is behind it (WCAG 2.2, 1.4.3), and the text.
    var contrast: Double
    var faintest: String
    /// Regions that scroll, and those of them that the keyboard can reach.
    var scrolling: Int
    var reachable: Int
    /// Links of the table of contents that lead nowhere.
    var deadLinks: [String]
    var headings: [Int]
    var brokenImages: Int
    /// Regions that say that they scroll, and those that say so wrongly or fail to.
    struct Hints: Codable {
      var shown: Int
      var wrong: Int
    }
    var hints: Hints
  }

  private static let pixel = Data(
    base64Encoded: "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg==")!

  private func look(dark: Bool) throws -> [Sight] {
    let summary = Sample.summary(goals: [.untargeted, .each])
    let rows = Sample.imageRows(summary).map {
      ImageRow(
        record: $0.record, cleanPNG: Self.pixel, perturbationPNG: Self.pixel, adversarialPNG: Self.pixel,
        magnification: 5)
    }
    // A string literal of JavaScript that cannot end the script element.
    let page = String(decoding: try JSONEncoder().encode(HTMLReport.text(summary, rows: rows)), as: UTF8.self)
      .replacing("</", with: "<\\/")
    let folder = try TemporaryFolder()
    let path = try folder.write(Data(Self.probe.replacing("PAGE", with: page).utf8), to: "probe.html")
    let arguments = ["--dump-dom", "--virtual-time-budget=20000"]
    let scheme = "--blink-settings=preferredColorScheme=\(dark ? 0 : 1)"
    let text = try Browser.run(arguments + [scheme], on: path, in: folder)
    let start = try #require(text.range(of: "<pre>"), "the probe did not finish: \(text.suffix(500))")
    let end = try #require(text.range(of: "</pre>"))
    let json = text[start.upperBound..<end.lowerBound].replacing("&lt;", with: "<").replacing("&gt;", with: ">")
      .replacing("&amp;", with: "&")
    return try JSONDecoder().decode([Sight].self, from: Data(json.utf8))
  }

  @Test(.slow, arguments: [false, true]) func looksRight(dark: Bool) throws {
    let sights = try look(dark: dark)
    #expect(sights.map(\.width) == [360, 800, 1280])
    for sight in sights {
      #expect(sight.isDark == dark)
      #expect(sight.overflow == 0, "wider than its frame of \(sight.width)")
      #expect(sight.figures >= 3 && sight.misplacedFigures == 0 && sight.brokenImages == 0)
      #expect(sight.contrast >= 4.5, "“\(sight.faintest)” is too faint")
      #expect(sight.scrolling == sight.reachable)
      #expect(sight.deadLinks == [])
      // One title, and no level left out.
      #expect(sight.headings.first == 1 && sight.headings.count { $0 == 1 } == 1)
      #expect(zip(sight.headings, sight.headings.dropFirst()).allSatisfy { $1 <= $0 + 1 })
    }
    #expect(sights[0].scrolling > 0)
  }

  @Test func prints() throws {
    let folder = try TemporaryFolder()
    let summary = Sample.summary(goals: [.untargeted, .each])
    let path = try folder.write(Data(HTMLReport.text(summary, rows: []).utf8), to: "report.html")
    let pdf = folder("report.pdf")
    try Browser.run(["--print-to-pdf=\(pdf)", "--no-pdf-header-footer"], on: path, in: folder)
    let bytes = try Data(contentsOf: URL(filePath: pdf))
    #expect(bytes.starts(with: Data("%PDF-".utf8)) && bytes.count > 10_000)
  }

  /// What is folded on the screen is there on paper: the numbers behind a figure, every check, the other matrices.
  @Test(.enabled(if: PaperText.program != nil, "needs pdftotext")) func paperHasWhatIsFolded() throws {
    let folder = try TemporaryFolder()
    let summary = Sample.summary(goals: [.untargeted, .each], checks: Sample.checks)
    let path = try folder.write(Data(HTMLReport.text(summary, rows: []).utf8), to: "report.html")
    let pdf = folder("report.pdf")
    try Browser.run(["--print-to-pdf=\(pdf)", "--no-pdf-header-footer"], on: path, in: folder)
    let text = try PaperText.read(pdf, in: folder)
    #expect(text.contains("transferisweaker") && text.contains("notapplicable"))
    // Behind the two figures; narrower tables break it, and the text of their columns is mixed.
    #expect(text.ranges(of: "70.0%(39.7–89.2)").count >= 2)
    #expect(text.contains("ε=0.1:") && text.contains("ε=0.2:"))
    #expect(!text.contains("scrollssideways"))
  }

  /// A wide table says that it scrolls, a narrow one does not.
  @Test(.slow) func saysWhereTablesScroll() throws {
    let hints = try look(dark: false).map(\.hints)
    #expect(hints[0].shown > 0 && hints.allSatisfy { $0.wrong == 0 })
  }

  private static let probe = """
    <!DOCTYPE html><meta charset="utf-8"><body><script>
    const page = PAGE;
    const pen = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
    function rgba(color) {
      pen.clearRect(0, 0, 1, 1); pen.fillStyle = color; pen.fillRect(0, 0, 1, 1);
      return pen.getImageData(0, 0, 1, 1).data;
    }
    function luminance([r, g, b]) {
      const [x, y, z] = [r, g, b].map(v => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
      return 0.2126 * x + 0.7152 * y + 0.0722 * z;
    }
    function behind(element, view) {
      for (let e = element; e; e = e.parentElement) {
        const color = rgba(view.getComputedStyle(e).backgroundColor);
        if (color[3] == 255) return color;
      }
      return [255, 255, 255];
    }
    function hinted(region, view) {
      const style = view.getComputedStyle(region, "::before");
      return style.visibility == "visible" && style.display != "none" && parseFloat(style.height) > 0;
    }
    function look(frame) {
      const view = frame.contentWindow, page = view.document, all = [...page.querySelectorAll("body *")];
      let worst = [99, ""];
      for (const e of all) {
        const text = [...e.childNodes].filter(n => n.nodeType == 3).map(n => n.data.trim()).join("");
        const box = e.getBoundingClientRect();
        if (!text || box.width == 0 || box.right < 0 || e.closest("title, style")) continue;
        const style = view.getComputedStyle(e);
        const ink = luminance(rgba(e instanceof view.SVGElement ? style.fill : style.color));
        const paper = luminance(behind(e, view));
        const ratio = (Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05);
        if (ratio < worst[0]) worst = [ratio, text];
      }
      const drawn = [...page.querySelectorAll("svg")].filter(s => s.getBoundingClientRect().width > 0);
      const scrolling = all.filter(e => e.scrollWidth > e.clientWidth + 1 && view.getComputedStyle(e).overflowX == "auto");
      return {
        width: frame.clientWidth, isDark: view.matchMedia("(prefers-color-scheme: dark)").matches,
        overflow: page.documentElement.scrollWidth - page.documentElement.clientWidth,
        figures: drawn.length,
        misplacedFigures: drawn.filter(s => { const b = s.getBoundingClientRect();
          return b.height < 50 || b.left < 0 || b.right > page.documentElement.clientWidth + 1; }).length,
        contrast: worst[0], faintest: worst[1],
        scrolling: scrolling.length, reachable: scrolling.filter(e => e.tabIndex == 0).length,
        deadLinks: [...page.querySelectorAll("a")].map(a => a.getAttribute("href"))
          .filter(h => !h.startsWith("#") || !page.getElementById(h.slice(1))),
        headings: [...page.querySelectorAll("h1, h2, h3, h4")].map(h => Number(h.tagName[1])),
        hints: (regions => ({
          shown: regions.filter(e => hinted(e, view)).length,
          wrong: regions.filter(e => hinted(e, view) != (e.scrollWidth > e.clientWidth + 1)).length,
        }))([...page.querySelectorAll(".scroll")].filter(e => e.getBoundingClientRect().width > 0 && e.checkVisibility())),
        brokenImages: [...page.images].filter(i => !i.naturalWidth).length,
      };
    }
    const sights = [];
    for (const width of [360, 800, 1280]) {
      const frame = document.createElement("iframe");
      Object.assign(frame.style, {width: width + "px", height: "900px", border: "0", display: "block"});
      frame.srcdoc = page;
      // Two frames later, animations that follow the scrolling have begun.
      frame.onload = () => requestAnimationFrame(() => requestAnimationFrame(() => {
        sights.push(look(frame));
        if (sights.length < 3) return;
        const result = document.createElement("pre");
        result.textContent = JSON.stringify(sights.sort((a, b) => a.width - b.width));
        document.body.replaceChildren(result);
      }));
      document.body.append(frame);
    }
    </script>
    """
}
