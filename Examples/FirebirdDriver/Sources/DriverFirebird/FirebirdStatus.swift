import CFirebird
import DriverAPI

/// The status vector, in which every call of the library reports.
struct FirebirdStatus {
  private var vector = [ISC_STATUS](repeating: 0, count: 20)

  /// Makes a call that gets the vector.
  ///
  /// - Parameter codes: first codes that are no failure, such as that of the end of rows.
  /// - Returns: the first code, 0 if there is nothing to report, or what the library reports.
  static func result(
    passing codes: Set<ISC_STATUS> = [], _ call: (UnsafeMutablePointer<ISC_STATUS>) -> ISC_STATUS
  ) -> Result<ISC_STATUS, DatabaseError> {
    var status = FirebirdStatus()
    let code = status.vector.withUnsafeMutableBufferPointer { buffer in
      buffer.baseAddress.map(call) ?? 0
    }
    return code == 0 || codes.contains(code) ? .success(code) : .failure(status.error())
  }

  /// The same for a call that needs no interruption.
  ///
  /// - Throws: what the library reports.
  @discardableResult
  static func check(
    passing codes: Set<ISC_STATUS> = [], _ call: (UnsafeMutablePointer<ISC_STATUS>) -> ISC_STATUS
  ) throws(DatabaseError) -> ISC_STATUS { try result(passing: codes, call).get() }

  /// The same where nobody can do anything about a failure.
  static func attempt(_ call: (UnsafeMutablePointer<ISC_STATUS>) -> ISC_STATUS) {
    _ = result(call)
  }

  /// The vector consists of arguments, each with its kind before it: codes of errors, texts and numbers
  /// that belong to the code before them.
  private func error() -> DatabaseError {
    var (codes, texts): ([Int], [Int: [String]]) = ([], [:])
    var index = 0
    while index < vector.count - 1, vector[index] != isc_arg_end {
      switch vector[index] {
      case ISC_STATUS(isc_arg_gds): codes.append(vector[index + 1])
      case ISC_STATUS(isc_arg_string), ISC_STATUS(isc_arg_interpreted):
        guard let text = UnsafePointer<CChar>(bitPattern: vector[index + 1]) else { break }
        texts[codes.last ?? 0, default: []].append(String(cString: text))
      // A counted text takes one place more.
      case ISC_STATUS(isc_arg_cstring): index += 1
      default: break
      }
      index += 2
    }
    let known = Self.kinds.first { codes.contains($0.0) }?.1
    let error = DatabaseError.reported(
      sqlState: sqlState, nativeCode: codes.first ?? 0, serverMessage: words, kind: known)
    guard let violation = codes.first(where: { Self.violations.contains($0) }) else { return error }
    return DatabaseError(
      error.kind, "the server refused a row", details: details(of: error, texts[violation] ?? []),
      serverMessage: error.serverMessage)
  }

  private func details(of error: DatabaseError, _ texts: [String]) -> DatabaseError.Details {
    var details = error.details
    let texts = texts.map { Dialect.firebird.written($0) }
    if error.kind == .notNullViolation {
      // A column of a table, both in quotes.
      let names = (texts.first ?? "").split(separator: "\"")
        .filter { !$0.utf8.elementsEqual(".".utf8) }.map { Dialect.firebird.written(String($0)) }
      details.column = names.last
      if names.count > 1 { details.table = names.first }
    } else {
      (details.constraint, details.table) = (texts.first, texts.dropFirst().first)
    }
    return details
  }

  private var sqlState: String {
    var state = [CChar](repeating: 0, count: 6)
    fb_sqlstate(&state, vector)
    return String(decoding: state.prefix(5).map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  private var words: String {
    var lines: [String] = []
    var line = [CChar](repeating: 0, count: 1024)
    vector.withUnsafeBufferPointer { buffer in
      var next = buffer.baseAddress
      while fb_interpret(&line, UInt32(line.count), &next) > 0 {
        lines.append(String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self))
      }
    }
    return lines.joined(separator: "; ")
  }

  private static let violations = [
    isc_unique_key_violation, isc_no_dup, isc_foreign_key, isc_check_constraint,
    isc_not_valid,
  ]

  /// What says more than the SQLSTATE, which is one for all violations and one for all conflicts; what
  /// stands first goes before what comes with it.
  private static let kinds: [(Int, DatabaseError.Kind)] = [
    (isc_cancelled, .cancelled), (isc_unique_key_violation, .uniqueViolation),
    (isc_no_dup, .uniqueViolation), (isc_foreign_key, .foreignKeyViolation),
    (isc_check_constraint, .checkViolation), (isc_not_valid, .notNullViolation),
    (isc_lock_timeout, .lockTimeout), (isc_obj_in_use, .lockTimeout),
    (isc_update_conflict, .serializationFailure), (isc_deadlock, .deadlock),
    (isc_read_only_trans, .readOnly), (isc_read_only_database, .readOnly),
    (isc_no_priv, .permissionDenied), (isc_login, .authenticationFailed),
    (isc_dsql_function_err, .undefinedObject), (isc_funnotdef, .undefinedObject),
    (isc_dsql_procedure_err, .undefinedObject), (isc_prcnotdef, .undefinedObject),
    (isc_shutdown, .connectionLost), (isc_att_shutdown, .connectionLost),
    (isc_io_error, .cannotConnect),
  ]
}
