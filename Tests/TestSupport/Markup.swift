public import Foundation

#if canImport(FoundationXML)
  public import FoundationXML
#endif

/// The elements of a well-formed document, in document order.
public final class Markup: NSObject, XMLParserDelegate {
  public struct Element {
    public var name: String
    public var attributes: [String: String]
    public var text = ""
    /// Names of the enclosing elements' classes, outermost first.
    public var path: [String]

    public func number(_ attribute: String) -> Double? { attributes[attribute].flatMap(Double.init) }
  }

  public private(set) var elements: [Element] = []
  private var open: [Int] = []

  /// nil if `text` is not well-formed.
  public init?(_ text: String) {
    super.init()
    let parser = XMLParser(data: Data(text.utf8))
    parser.delegate = self
    guard parser.parse() else { return nil }
  }

  public func all(_ name: String, in style: String? = nil) -> [Element] {
    elements.filter { element in element.name == name && (style.map(element.path.contains) ?? true) }
  }

  public func parser(
    _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
    attributes: [String: String]
  ) {
    let path = open.map { elements[$0].attributes["class"] ?? "" }
    open.append(elements.count)
    elements.append(Element(name: name, attributes: attributes, path: path))
  }

  public func parser(_ parser: XMLParser, didEndElement: String, namespaceURI: String?, qualifiedName: String?) {
    open.removeLast()
  }

  public func parser(_ parser: XMLParser, foundCharacters string: String) {
    guard let last = open.last else { return }
    elements[last].text += string
    // An option is a word of the sentence round it.
    if elements[last].attributes["class"] == "option", open.count > 1 { elements[open[open.count - 2]].text += string }
  }
}
