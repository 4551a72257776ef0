import DriverAPI

extension WireTime: ValueConvertible, ColumnDecodable {
  /// An instant of the database; NULL outside the years that it can hold.
  var databaseValue: Value { Timestamp(microseconds: microseconds).databaseValue }

  init(from row: borrowing Row, at index: Int) throws(DatabaseError) {
    self.init(microseconds: try row.decode(index, as: Timestamp.self).microseconds)
  }
}

extension WireTime {
  /// How far a time that is stored as text can seem to be from what it is, in microseconds, where texts
  /// are compared letter by letter: the widest zone is 14 hours, and a `T` before the hour puts it
  /// behind the whole day.
  static let textSlack: Int64 = 40 * 3600 * 1_000_000
}
