import Foundation

/// The daemon's answers, for people.
enum CtlText {
  static func status(_ answer: CtlAnswer) -> String {
    var text = answer.string("phase") ?? "?"
    if let session = answer.integer("session") { text += ", session \(session)" }
    text += ", population \(answer.integer("population") ?? 0) of \(answer.integer("populations") ?? 0)"
    if let best = answer.number("best") { text += ", best \(number(best))" }
    return text
  }

  static func player(_ answer: CtlAnswer) -> String {
    let (player, device) = (answer.part("player"), answer.part("device"))
    guard device.boolean("is_open") else { return "no sound: \(device.string("message") ?? "nothing to hear with")" }
    let volume = "volume \(number(player.number("volume") ?? 0))"
    guard let title = player.string("title") else { return "silence, \(volume)" }
    let state = player.boolean("is_paused") ? "held" : "playing"
    return "\(state) \(title), \(number(player.number("seconds") ?? 0)) of \(number(player.number("length") ?? 0)) s, "
      + volume
  }

  static func piece(_ piece: CtlAnswer) -> String {
    let rating = [1: "up", -1: "down"][piece.integer("rating") ?? 0] ?? "-"
    return [
      "\(piece.integer("id") ?? 0)", piece.string("time") ?? "", number(piece.number("score") ?? 0), rating,
      piece.boolean("is_kept") ? "kept" : "-", piece.string("folder") ?? "",
    ].joined(separator: "\t")
  }

  static func pieces(_ answer: CtlAnswer) -> String {
    (["piece\ttime\tscore\trating\tkept\tfolder"] + answer.list("pieces").map(piece)).joined(separator: "\n")
  }

  static func answer(_ answer: CtlAnswer) -> String {
    var lines = [
      "\(answer.string("kind") ?? "answer") to \(answer.string("melody") ?? ""), \(number(answer.number("tempo") ?? 0)) a minute"
    ]
    lines += answer.object["remarks"] as? [String] ?? []
    if let milliseconds = answer.number("milliseconds") { lines.append("ready after \(number(milliseconds)) ms") }
    if let piece = answer.integer("piece") { lines.append("piece \(piece)") }
    return lines.joined(separator: "\n")
  }

  static func controls(_ answer: CtlAnswer) -> String {
    let controls = (answer.object["controls"] as? [String: String] ?? [:]).sorted { $0.key < $1.key }
    let learning = answer.string("learning").map { ["turn the knob for \($0)"] } ?? []
    return (controls.map { "\($0.key)\t\($0.value)" } + learning).joined(separator: "\n")
  }

  static func rules(_ answer: CtlAnswer) -> String {
    let rows = answer.list("rules").map { rule in
      [
        rule.string("rule") ?? "", number(rule.number("weight") ?? 0), number(rule.number("coefficient") ?? 0),
        "\(number(rule.number("lower") ?? 0))...\(number(rule.number("upper") ?? 0))",
      ].joined(separator: "\t")
    }
    return (["rule\tweight\tcoefficient\tbounds"] + rows).joined(separator: "\n")
  }

  static func styles(_ answer: CtlAnswer) -> String {
    let chosen = answer.string("style")
    let rows = answer.list("styles").map { style in
      let name = style.string("name") ?? ""
      return [name == chosen ? "*" : "", name, style.string("summary") ?? ""].joined(separator: "\t")
    }
    return rows.joined(separator: "\n")
  }

  private static func number(_ value: Double) -> String {
    value == value.rounded() && abs(value) < 1e15 ? "\(Int64(value))" : String(format: "%.2f", value)
  }
}
