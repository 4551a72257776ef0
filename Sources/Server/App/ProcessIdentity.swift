import Foundation

/// What tells this process from every other.
enum ProcessIdentity {
  /// The machine's name.
  static var host: String { ProcessInfo.processInfo.hostName }

  /// Where the numbers of processes are those of this one: the machine's name, and on Linux what tells a
  /// container's numbers from those of others of that name.
  static var place: String {
    // Not everywhere, and not for everybody.
    let numbers = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/ns/pid")
    return host + (numbers.map { " " + $0 } ?? "")
  }

  /// The process's number, and when it was started where the system tells: numbers are used again.
  static var current: String { text(of: getpid()) ?? "\(getpid())" }

  /// Whether a process of this machine, as ``current`` named it, has ended.
  static func isGone(_ process: String) -> Bool {
    guard let number = process.split(separator: "-").first.flatMap({ Int32($0) }) else {
      return false
    }
    if kill(number, 0) != 0, errno == ESRCH { return true }
    return text(of: number).map { $0 != process } ?? false
  }

  /// `number-start`; nil if there is none, or the system has no `/proc`.
  private static func text(of number: Int32) -> String? {
    guard let stat = try? String(contentsOfFile: "/proc/\(number)/stat", encoding: .utf8),
      let end = stat.lastIndex(of: ")")
    else { return nil }
    // proc(5): the name in brackets may hold anything; the start is the 22nd field, the 20th behind.
    let fields = stat[stat.index(after: end)...].split(separator: " ")
    return fields.count > 19 ? "\(number)-\(fields[19])" : nil
  }
}
