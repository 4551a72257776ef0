/// A type that can be read out of a whole row.
///
/// ```swift
/// struct User: RowDecodable {
///   var id: Int64
///   var name: String
///   init(row: borrowing Row) throws(DatabaseError) {
///     id = try row.decode(0)
///     name = try row.decode(1)
///   }
/// }
/// ```
public protocol RowDecodable {
  /// Reads the row's columns.
  ///
  /// - Throws: `decoding`, as ``Row`` reports it.
  init(row: borrowing Row) throws(DatabaseError)
}
