import DriverAPI

/// What a query answered, as scripts write it.
struct SQLLogicAnswer {
  private let types: [SQLLogicQuery.ColumnType]
  /// From left to right and row by row.
  private(set) var values: [String] = []

  init(types: [SQLLogicQuery.ColumnType]) { self.types = types }

  /// Takes the next row.
  mutating func append(_ row: borrowing Row) throws(DatabaseError) {
    for (index, type) in types.enumerated() { values.append(type.shown(try row.value(index))) }
  }

  /// Brings it into the order in which it is compared: that of the bytes.
  mutating func sort(_ mode: SQLLogicQuery.SortMode) {
    switch mode {
    case .nosort: break
    case .valuesort: values.sort()
    case .rowsort:
      let rows = stride(from: 0, to: values.count, by: types.count).map {
        Array(values[$0..<$0 + types.count])
      }
      values = rows.sorted { $0.lexicographicallyPrecedes($1) }.flatMap { $0 }
    }
  }

  /// The MD5 digest of all values.
  var digest: String { Self.digest(of: values) }

  static func digest(of values: [String]) -> String {
    var bytes: [UInt8] = []
    for value in values {
      bytes += value.utf8
      bytes.append(UInt8(ascii: "\n"))
    }
    return MD5.hex(bytes)
  }
}

extension SQLLogicQuery.Expectation {
  /// Compares what came with what must come.
  ///
  /// - Throws: ``SQLLogicMismatch`` that tells the first difference.
  func check(_ found: [String]) throws {
    switch self {
    case .values(let expected):
      if let place = zip(expected, found).enumerated().first(where: { $1.0 != $1.1 }) {
        throw SQLLogicMismatch(
          "value \(place.offset + 1): expected \(place.element.0), found \(place.element.1)")
      }
      guard expected.count == found.count else {
        throw SQLLogicMismatch("expected \(expected.count) values, found \(found.count)")
      }
    case .hash(let count, let digest):
      let answer = SQLLogicAnswer.digest(of: found)
      if count == found.count, answer == digest { return }
      let start = found.prefix(8).joined(separator: " ")
      throw SQLLogicMismatch(
        "expected \(count) values hashing to \(digest), found \(found.count) hashing to \(answer)"
          + (start.isEmpty ? "" : "; they begin with \(start)"))
    }
  }
}
