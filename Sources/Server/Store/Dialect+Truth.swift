import DriverAPI

extension Dialect {
  /// The literal of true.
  var yes: SQL { SQL(raw: booleanLiterals.true) }
  /// The literal of false.
  var no: SQL { SQL(raw: booleanLiterals.false) }
}
