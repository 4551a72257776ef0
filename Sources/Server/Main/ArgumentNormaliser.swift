/// Translates the reference server's command line, one dash and all, into this server's.
///
/// What it does not know it leaves alone, so that the parser can complain about it.
enum ArgumentNormaliser {
  private static let withValue: Set = ["config-dir", "port", "admin", "admin-key", "config"]

  /// The arguments (without the program's name) in this server's form.
  static func normalise(_ arguments: [String]) -> [String] {
    var result: [String] = []
    var wantsDoctor = false
    var wantsJSON = false
    var rest = arguments[...]
    while let argument = rest.popFirst() {
      guard let (name, value) = flag(argument) else {
        result.append(argument)
        continue
      }
      switch name {
      case "h", "help": result.append("--help")
      case "doctor":
        wantsDoctor = wantsDoctor || isTrue(value)
      case "doctor-json": wantsJSON = wantsJSON || isTrue(value)
      case "version": result.append("--version")
      case "web-panel", "admin-panel", "interactive":
        if isTrue(value) { result.append("--\(name)") }
      case _ where withValue.contains(name):
        result.append("--\(name)=" + (value ?? rest.popFirst() ?? ""))
      default: result.append(argument)
      }
    }
    if wantsJSON { return ["doctor", "--json"] + result }
    return wantsDoctor ? ["doctor"] + result : result
  }

  /// The name and the value of `-name`, `--name`, `-name=value` or `--name=value`.
  private static func flag(_ argument: String) -> (name: String, value: String?)? {
    let dashes = argument.prefix { $0 == "-" }.count
    guard 1...2 ~= dashes, argument.count > dashes else { return nil }
    let parts = argument.dropFirst(dashes).split(
      separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    return (String(parts[0]), parts.count == 2 ? String(parts[1]) : nil)
  }

  private static func isTrue(_ value: String?) -> Bool {
    value.map { ["1", "t", "true"].contains($0.lowercased()) } ?? true
  }
}
