import Foundation
import FoundationXML

/// An SVG file as an XML reader sees it: throws unless it is well-formed.
final class SVGDocument: NSObject, XMLParserDelegate {
  struct Malformed: Error {}

  private(set) var texts: [String] = []
  private var isInText = false
  private var elements: [(name: String, attributes: [String: String])] = []

  init(_ text: String) throws {
    super.init()
    let parser = XMLParser(data: Data(text.utf8))
    parser.delegate = self
    guard parser.parse() else { throw parser.parserError ?? Malformed() }
  }

  /// The data of all paths of a class.
  func paths(_ style: String) -> [String] {
    elements.filter { $0.name == "path" && $0.attributes["class"] == style }.compactMap { $0.attributes["d"] }
  }

  /// Attribute of the outermost element.
  func root(_ attribute: String) -> String? { elements.first?.attributes[attribute] }

  func parser(
    _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
    attributes: [String: String]
  ) {
    elements.append((name, attributes))
    if name == "text" {
      texts.append("")
      isInText = true
    }
  }

  func parser(_ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?) {
    isInText = false
  }

  func parser(_ parser: XMLParser, foundCharacters string: String) {
    if isInText { texts[texts.count - 1] += string }
  }
}
