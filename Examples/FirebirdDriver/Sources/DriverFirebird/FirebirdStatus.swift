import CFirebird
import DriverAPI

/// What calls of the library report: a vector of arguments, each with its kind before it, which are codes of
/// errors, and texts and numbers that belong to the code before them.
enum FirebirdStatus {
  /// A call that gets the vector and answers with its first code.
  typealias Call = (UnsafeMutablePointer<ISC_STATUS>) -> ISC_STATUS

  /// Makes a call; answers whether it came to an end, the code of which is no failure.
  @discardableResult
  static func check(end: ISC_STATUS? = nil, _ call: Call) throws(DatabaseError) -> Bool {
    var vector = [ISC_STATUS](repeating: 0, count: 20)
    let code = call(&vector)
    guard code == 0 || code == end else { throw error(vector) }
    return code != 0
  }

  /// Makes one about whose failure nobody can do anything.
  static func attempt(_ call: Call) { _ = try? check(call) }

  private static func error(_ vector: [ISC_STATUS]) -> DatabaseError {
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
    let known = kinds.first { codes.contains($0.0) }
    let (state, words) = words(vector)
    let error = DatabaseError.reported(
      sqlState: state, nativeCode: codes.first ?? 0, serverMessage: words, kind: known?.1)
    guard let (code, kind) = known, let told = texts[code],
      [.uniqueViolation, .foreignKeyViolation, .checkViolation, .notNullViolation].contains(kind)
    else { return error }
    var details = error.details
    // A constraint and its table, or a column of a table, both in quotes.
    let column = kind == .notNullViolation ? told[0].split(separator: "\"").map(String.init) : []
    let names = (column.isEmpty ? told : column).map(Dialect.firebird.written)
    if column.isEmpty {
      (details.constraint, details.table) = (names.first, names.dropFirst().first)
    } else {
      (details.table, details.column) = (column.count > 1 ? names[0] : nil, names.last)
    }
    return DatabaseError(
      kind, error.message, details: details, serverMessage: error.serverMessage)
  }

  private static func words(_ vector: [ISC_STATUS]) -> (state: String, words: String) {
    var (lines, line) = ([String](), [CChar](repeating: 0, count: 1024))
    fb_sqlstate(&line, vector)
    let state = text(line)
    vector.withUnsafeBufferPointer { buffer in
      var next = buffer.baseAddress
      while fb_interpret(&line, UInt32(line.count), &next) > 0 { lines.append(text(line)) }
    }
    return (state, lines.joined(separator: "; "))
  }

  /// Of an array too, whose address is taken for the call.
  private static func text(_ address: UnsafePointer<CChar>) -> String { String(cString: address) }

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
