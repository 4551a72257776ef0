import CFirebird
import DriverAPI

/// The vector in which every call of the library reports: arguments, each with its kind before it, which are
/// codes of errors, and texts and numbers that belong to the code before them.
struct FirebirdStatus {
  private var vector = [ISC_STATUS](repeating: 0, count: 20)

  /// A call that gets the vector and answers with its first code.
  typealias Call = (UnsafeMutablePointer<ISC_STATUS>) -> ISC_STATUS

  /// Makes a call.
  ///
  /// - Parameter codes: first codes that are no failure, such as that of the end of rows.
  static func result(
    passing codes: Set<ISC_STATUS> = [], _ call: Call
  ) -> Result<ISC_STATUS, DatabaseError> {
    var status = FirebirdStatus()
    let code = status.vector.withUnsafeMutableBufferPointer { $0.baseAddress.map(call) ?? 0 }
    return code == 0 || codes.contains(code) ? .success(code) : .failure(status.error())
  }

  /// Makes one that cannot be interrupted.
  @discardableResult
  static func check(
    passing codes: Set<ISC_STATUS> = [], _ call: Call
  ) throws(DatabaseError) -> ISC_STATUS { try result(passing: codes, call).get() }

  /// Makes one about whose failure nobody can do anything.
  static func attempt(_ call: Call) { _ = result(call) }

  private func error() -> DatabaseError {
    var (codes, texts): ([Int], [Int: [String]]) = ([], [:])
    var index = 0
    while index < vector.count - 1, vector[index] != isc_arg_end {
      let (kind, argument) = (vector[index], vector[index + 1])
      if kind == isc_arg_gds { codes.append(argument) }
      if kind == isc_arg_string, let text = UnsafePointer<CChar>(bitPattern: argument) {
        texts[codes.last ?? 0, default: []].append(String(cString: text))
      }
      // A counted text takes one place more.
      index += kind == isc_arg_cstring ? 3 : 2
    }
    let known = Self.kinds.first { codes.contains($0.0) }
    let error = DatabaseError.reported(
      sqlState: sqlState, nativeCode: codes.first ?? 0, serverMessage: words, kind: known?.1)
    guard let (code, kind) = known, let told = texts[code], Self.violations.contains(kind) else {
      return error
    }
    return DatabaseError(
      kind, "the server refused a row", details: Self.details(error.details, kind, told),
      serverMessage: error.serverMessage)
  }

  /// A constraint and its table, or a column of a table, both in quotes.
  private static func details(
    _ known: DatabaseError.Details, _ kind: DatabaseError.Kind, _ texts: [String]
  ) -> DatabaseError.Details {
    var details = known
    let column = kind == .notNullViolation ? texts[0].split(separator: "\"") : []
    let names = (column.isEmpty ? texts : column.map(String.init)).map(Dialect.firebird.written)
    if column.isEmpty {
      (details.constraint, details.table) = (names.first, names.dropFirst().first)
    } else {
      (details.table, details.column) = (column.count > 1 ? names[0] : nil, names.last)
    }
    return details
  }

  private var sqlState: String {
    var state = [CChar](repeating: 0, count: 6)
    fb_sqlstate(&state, vector)
    return state.text
  }

  private var words: String {
    var (lines, line) = ([String](), [CChar](repeating: 0, count: 1024))
    vector.withUnsafeBufferPointer { buffer in
      var next = buffer.baseAddress
      while fb_interpret(&line, UInt32(line.count), &next) > 0 { lines.append(line.text) }
    }
    return lines.joined(separator: "; ")
  }

  private static let violations: Set<DatabaseError.Kind> = [
    .uniqueViolation, .foreignKeyViolation, .checkViolation, .notNullViolation,
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
    // An index of columns that are not there, which has no name in the header.
    (336_068_728, .undefinedObject), (isc_shutdown, .connectionLost),
    (isc_att_shutdown, .connectionLost), (isc_io_error, .cannotConnect),
  ]
}

extension [CChar] {
  /// Up to the first NUL.
  fileprivate var text: String {
    String(decoding: prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
