import DriverAPI

extension Database {
  /// Stores the values in a column of that type and reads them back, each by itself and in order.
  ///
  /// Equality is `isSame`, because NaN is not equal to itself and -0 is equal to 0.
  func expectRoundTrip<T: ValueConvertible & ColumnDecodable & Sendable>(
    of values: [T], in type: String, _ isSame: @Sendable (T, T) -> Bool
  ) async throws {
    try await createTable("kept", "id {int} NOT NULL PRIMARY KEY, x {\(type)}")
    for (id, value) in values.enumerated() {
      try await exec("INSERT INTO kept (id, x) VALUES (?, ?)", id, value)
    }
    let found = try await query("SELECT id, x FROM kept ORDER BY id", as: (Int, T).self).collect()
    try expectEqual(found.count, values.count, "values of type \(type) stored")
    for ((id, read), written) in zip(found, values) {
      try expect(
        isSame(read, written), "\(type) number \(id): wrote \(brief(written)), read \(brief(read))")
    }
    try await exec("DROP TABLE kept")
  }

  /// The same for values that are equal to themselves.
  func expectRoundTrip<T: ValueConvertible & ColumnDecodable & Equatable & Sendable>(
    of values: [T], in type: String
  ) async throws {
    try await expectRoundTrip(of: values, in: type) { $0 == $1 }
  }
}

private func brief(_ value: Any) -> String { String(String(describing: value).prefix(60)) }
