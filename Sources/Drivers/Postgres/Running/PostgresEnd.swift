import DriverAPI

/// Who ended a statement before its time. [CANCEL-6, ERR-5]
///
/// One SQLSTATE stands for a request to cancel and for the server's own limit. Which of the two it was
/// the server says in its message alone, in the language of `lc_messages`; whether the request was ours
/// is known here.
enum PostgresEnd: Equatable {
  /// By a request of this session's user.
  case asked
  /// By the server's `statement_timeout`.
  case limit
  /// By somebody else: `pg_cancel_backend`, or a request from another program.
  case outside
  /// By one of the last two; the server speaks another language.
  case limitOrOutside

  static let sqlState = "57014"

  /// - Parameters:
  ///   - primary: the server's message.
  ///   - wasAsked: whether this side has asked the server to stop.
  init(_ primary: String, wasAsked: Bool) {
    if primary == "canceling statement due to statement timeout" {
      self = .limit
    } else if wasAsked {
      self = .asked
    } else {
      self = primary.hasPrefix("canceling statement") ? .outside : .limitOrOutside
    }
  }

  /// Only what was asked for is told as a cancellation.
  var kind: DatabaseError.Kind {
    switch self {
    case .asked: .cancelled
    case .limit: .statementTimeout
    case .outside, .limitOrOutside: .other
    }
  }

  /// What happened, in words of ours.
  var words: String {
    switch self {
    case .asked: "the server stopped the statement"
    case .limit: "the statement ran longer than the server's statement_timeout and was stopped"
    case .outside: "the statement was stopped from outside, as by pg_cancel_backend"
    case .limitOrOutside:
      "the server stopped the statement, by its statement_timeout or from outside, as by "
        + "pg_cancel_backend"
    }
  }
}
