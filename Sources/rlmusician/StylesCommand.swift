import ArgumentParser
import Core
import Foundation

/// `rlmusician styles`: the shipped styles.
struct StylesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "styles",
    abstract: "Lists the shipped styles, or prints one.",
    discussion: """
      A style is a configuration with a name: `rlmusician --style waltz`, or `style: waltz` in a configuration file. What \
      a file or an option says on top of it wins, key by key. `rlmusician config --style waltz` prints all keys that are in \
      force.
      """)

  @Argument(
    help: ArgumentHelp("A style; its file is printed.", valueName: "name"), completion: .list(Style.names),
    transform: { name in
      guard let style = Style.named(name) else {
        throw ValidationError(
          "found '\(TextQuoting.printable(name))'; allowed: \(Style.names.joined(separator: ", "))")
      }
      return style
    })
  var style: Style?

  @Flag(help: "Print JSON.")
  var json = false

  func run() throws {
    try reportingFaults {
      let styles = style.map { [$0] } ?? Style.all
      if json {
        let list = styles.map { style in
          OrderedJSON.object([
            .init("name", .string(style.name)), .init("kind", .string(style.kind.rawValue)),
            .init("summary", .string(style.summary)),
          ])
        }
        _ = try writeLine(OrderedJSON.object([.init("styles", .array(list))]).text, descriptor: STDOUT_FILENO)
      } else if let style {
        print(style.configurationText, terminator: "")
      } else {
        let width = Style.names.map(\.count).max() ?? 0
        for style in styles {
          let name = style.name.padding(toLength: width, withPad: " ", startingAt: 0)
          _ = try writeLine("\(name)  \(style.summary)", descriptor: STDOUT_FILENO)
        }
      }
    }
  }
}
