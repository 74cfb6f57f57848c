import Foundation

/// What JSON Schema says of values, as far as `openapi.yaml` uses it: types, properties, items, enumerations, bounds and
/// references.
struct JSONSchemaCheck {
  let root: [String: Any]

  /// What is wrong with a value, a line each.
  func problems(_ value: Any, _ schema: [String: Any], at path: String = "$") -> [String] {
    if let reference = schema["$ref"] as? String {
      guard let target = resolve(reference) else { return ["\(path): no such schema: \(reference)"] }
      return problems(value, target, at: path)
    }
    var found: [String] = []
    let types = (schema["type"] as? [String]) ?? (schema["type"] as? String).map { [$0] } ?? []
    if !types.isEmpty, !types.contains(where: { isOf($0, value) }) {
      return ["\(path): \(value) is not of type \(types.joined(separator: " or "))"]
    }
    if let words = schema["enum"] as? [String], !words.contains(value as? String ?? "") {
      found.append("\(path): \(value) is none of \(words)")
    }
    if let number = value as? NSNumber, let least = schema["minimum"] as? Int, number.doubleValue < Double(least) {
      found.append("\(path): \(number) is less than \(least)")
    }
    if let object = value as? [String: Any] { found += problems(ofObject: object, schema, at: path) }
    if let list = value as? [Any], let items = schema["items"] as? [String: Any] {
      for (index, item) in list.enumerated() { found += problems(item, items, at: "\(path)[\(index)]") }
    }
    return found
  }

  private func problems(ofObject object: [String: Any], _ schema: [String: Any], at path: String) -> [String] {
    let properties = schema["properties"] as? [String: [String: Any]] ?? [:]
    var found = (schema["required"] as? [String] ?? []).filter { object[$0] == nil }.map { "\(path): no \($0)" }
    for (key, value) in object {
      if let property = properties[key] {
        found += problems(value, property, at: "\(path).\(key)")
      } else if schema["additionalProperties"] as? Bool == false {
        found.append("\(path): \(key) is not described")
      }
    }
    return found
  }

  private func isOf(_ type: String, _ value: Any) -> Bool {
    // A boolean is an NSNumber too.
    let isBoolean = (value as? NSNumber).map { String(cString: $0.objCType) == "c" } ?? false
    switch type {
    case "object": return value is [String: Any]
    case "array": return value is [Any]
    case "string": return value is String
    case "boolean": return isBoolean
    case "number": return !isBoolean && value is NSNumber
    case "integer":
      return !isBoolean && (value as? NSNumber).map { $0.doubleValue.rounded() == $0.doubleValue } ?? false
    case "null": return value is NSNull
    default: return false
    }
  }

  /// `#/components/schemas/Piece`
  private func resolve(_ reference: String) -> [String: Any]? {
    reference.split(separator: "/").dropFirst().reduce(Optional(root as Any)) { node, key in
      (node as? [String: Any])?[String(key)]
    } as? [String: Any]
  }

  /// The schema of an operation's good JSON answer; nil if it has none.
  func schema(_ method: String, _ path: String) -> [String: Any]? {
    guard let operation = ((root["paths"] as? [String: Any])?[path] as? [String: Any])?[method] as? [String: Any],
      var answer = (operation["responses"] as? [String: [String: Any]])?["200"]
    else { return nil }
    if let reference = answer["$ref"] as? String { answer = resolve(reference) ?? [:] }
    let content = (answer["content"] as? [String: [String: Any]])?["application/json"]
    return content?["schema"] as? [String: Any]
  }
}
