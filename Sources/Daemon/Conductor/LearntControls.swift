internal import Core
internal import Foundation

/// What knobs and keys were taught to do, kept from one life of the daemon to the next in `controls.json`.
enum LearntControls {
  private static let name = "controls.json"
  /// What has no knob.
  private static let none = "none"

  /// The configuration's controls with what was learnt.
  static func read(
    _ controls: PlaybackConfiguration.Controls, in folder: String
  ) -> PlaybackConfiguration.Controls {
    guard let bytes = try? InputFile.read("\(folder)/\(name)", limit: 1 << 16, as: "the learnt controls"),
      let names = try? JSONDecoder().decode([String: String].self, from: Data(bytes))
    else { return controls }
    var learnt = controls
    let meanings = names.sorted { $0.key < $1.key }.compactMap { name, text in
      PlaybackConfiguration.Controls.Meaning(name: name).map { ($0, text) }
    }
    // First what lost its knob to another, then what has one.
    for (meaning, text) in meanings where text == none { learnt = learnt.forgetting(meaning) }
    for (meaning, text) in meanings {
      guard let source = PlaybackConfiguration.Controls.Source(text) else { continue }
      learnt = learnt.learning(meaning, from: source)
    }
    return learnt
  }

  /// Keeps them; what cannot be kept is said.
  static func save(_ controls: PlaybackConfiguration.Controls, in folder: String, _ announcer: Announcer) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    do {
      var names = controls.named
      for action in PlaybackConfiguration.Controls.Action.allCases {
        names[action.rawValue] = names[action.rawValue] ?? none
      }
      for number in controls.rules.indices {
        let name = PlaybackConfiguration.Controls.Meaning.rule(number).name
        names[name] = names[name] ?? none
      }
      try OutputFile.replace("\(folder)/\(name)", with: Array(encoder.encode(names)))
      announcer.resolve("controls")
    } catch {
      announcer.report("controls", "what was learnt is not saved: \(error)")
    }
  }
}

extension PlaybackConfiguration.Controls {
  /// What has a source, by name: `volume`, `rule 1`, ...
  var named: [String: String] {
    var names = Dictionary(uniqueKeysWithValues: sources.map { (Meaning.action($0.key).name, $0.value.description) })
    for (number, source) in rules.enumerated() {
      if let source { names[Meaning.rule(number).name] = source.description }
    }
    return names
  }
}

extension PlaybackConfiguration.Controls.Meaning {
  /// What people call it: `volume`, `rule 1` (the first).
  var name: String {
    switch self {
    case .action(let action): action.rawValue
    case .rule(let number): "rule \(number + 1)"
    }
  }

  /// - Returns: nil if nothing is called so.
  init?(name: String) {
    if let action = PlaybackConfiguration.Controls.Action(rawValue: name) {
      self = .action(action)
      return
    }
    let words = name.split(separator: " ")
    guard words.count == 2, words[0] == "rule", let number = Int(words[1]), (1...64).contains(number) else {
      return nil
    }
    self = .rule(number - 1)
  }
}
