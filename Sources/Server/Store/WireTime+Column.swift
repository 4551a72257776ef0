import DriverAPI

extension WireTime: ValueConvertible, ColumnDecodable {
  /// An instant of the database; NULL outside the years that it can hold.
  var databaseValue: Value { Timestamp(microseconds: microseconds).databaseValue }

  init(from row: borrowing Row, at index: Int) throws(DatabaseError) {
    self.init(microseconds: try row.decode(index, as: Timestamp.self).microseconds)
  }
}
