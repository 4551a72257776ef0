import DriverAPI
import Glibc

/// Which server of several the URL asks for: `target_session_attrs`, in libpq's words. [HA-1]
enum PostgresTarget: String, CaseIterable, Sendable, Hashable {
  /// Whichever answers.
  case any
  /// One whose sessions may write.
  case readWrite = "read-write"
  /// One whose sessions only read.
  case readOnly = "read-only"
  /// One that is no standby.
  case primary
  /// A standby.
  case standby
  /// A standby, or else whichever answers.
  case preferStandby = "prefer-standby"

  /// What the URL says, or else what libpq would take from the environment.
  init(_ options: inout DatabaseURL.Options) throws(DatabaseError) {
    let words = Self.allCases.map(\.rawValue)
    let given = try options.take("target_session_attrs", oneOf: words)
    let inherited = getenv("PGTARGETSESSIONATTRS").map { String(cString: $0) }
    self = (given ?? inherited).flatMap(Self.init) ?? .any
  }

  var takesWrites: Bool { self == .readWrite || self == .primary }

  /// Whether a session is not with such a server any more, going by what it has told of itself without being
  /// asked; versions before 14, and what stands in between, tell nothing.
  ///
  /// - Parameters:
  ///   - reported: the value of a setting.
  ///   - isUntouched: whether the session's own settings are those that it began with.
  func isMissed(_ reported: (String) -> String?, isUntouched: Bool) -> Bool {
    guard self != .any, self != .preferStandby, let standby = reported("in_hot_standby") else {
      return false
    }
    let isStandby = standby == "on"
    let onlyReads = reported("default_transaction_read_only") == "on"
    return switch self {
    case .readWrite: isStandby || isUntouched && onlyReads
    case .primary: isStandby
    case .readOnly: !isStandby && isUntouched && !onlyReads
    case .standby: !isStandby
    case .any, .preferStandby: false
    }
  }
}
