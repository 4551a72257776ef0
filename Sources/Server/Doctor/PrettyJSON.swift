/// JSON for people: members in the order given, indented by two blanks.
indirect enum PrettyJSON {
  case string(String)
  case bool(Bool)
  case array([PrettyJSON])
  case object([(String, PrettyJSON)])

  /// The JSON, without a line break at the end.
  func text(indent: String = "") -> String {
    switch self {
    case .string(let value): return Self.literal(value)
    case .bool(let value): return value ? "true" : "false"
    case .array(let elements):
      return Self.list(elements.map { $0.text(indent: indent + "  ") }, "[", "]", indent)
    case .object(let members):
      let lines = members.map { "\(Self.literal($0)): \($1.text(indent: indent + "  "))" }
      return Self.list(lines, "{", "}", indent)
    }
  }

  private static func list(
    _ lines: [String], _ open: String, _ close: String, _ indent: String
  ) -> String {
    guard !lines.isEmpty else { return open + close }
    let separator = ",\n\(indent)  "
    return "\(open)\n\(indent)  \(lines.joined(separator: separator))\n\(indent)\(close)"
  }

  // The signs of HTML are escaped too, as readers of these reports are used to.
  private static func literal(_ value: String) -> String {
    var result = "\""
    for scalar in value.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case "<", ">", "&", "\u{0}"..<" ", "\u{2028}", "\u{2029}":
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
