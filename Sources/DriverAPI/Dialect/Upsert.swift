/// An insert that changes the row instead if it exists, with one meaning on every engine.
public struct Upsert: Sendable, Hashable {
  /// What becomes of one column of a row that exists.
  public enum Assignment: Sendable, Hashable {
    /// It takes the value that was to be inserted.
    case newValue(String)
    /// It takes the value of an SQL expression, in which `{old.column}` and `{new.column}` stand for
    /// the row's value and the one that was to be inserted: `("hits", "{old.hits} + {new.hits}")`.
    ///
    /// All old values are those before the upsert, whatever the order of the assignments.
    case expression(String, String)

    /// The column that changes.
    public var column: String {
      switch self {
      case .newValue(let column), .expression(let column, _): column
      }
    }
  }

  /// The table, with its schema before a dot if need be.
  public var table: String
  /// The columns that get values, in the order of the values.
  public var columns: [String]
  /// The columns of the unique key that decides whether the row exists.
  public var key: [String]
  /// The expressions of a unique index, such as `lower(email)`, and columns of it that get no value,
  /// such as generated ones: SQL as the index has it. [UPSERT-10]
  public var keyExpressions: [String]
  /// The condition of a partial unique index, SQL as the index has it: `deleted_at IS NULL`.
  public var keyCondition: String?
  /// The columns that change if it does, and no others. [UPSERT-2]
  public var assignments: [Assignment]

  /// An upsert.
  ///
  /// The key is that of one unique index, all of it. Indexes with expressions or a condition are for
  /// engines that name the key (``Dialect/upsertTakesIndexExpressions``); others throw `unsupported`.
  ///
  /// - Parameters:
  ///   - key: its columns; they get values.
  ///   - keyExpressions: its expressions, which are never anything that a user typed.
  ///   - keyCondition: its condition, likewise.
  ///   - assignments: nil changes every column that is not part of the key.
  public init(
    into table: String, columns: [String], key: [String], keyExpressions: [String] = [],
    keyCondition: String? = nil, assignments: [Assignment]? = nil
  ) {
    self.table = table
    self.columns = columns
    self.key = key
    self.keyExpressions = keyExpressions
    self.keyCondition = keyCondition
    self.assignments =
      assignments ?? columns.filter { !key.containsBytes(of: $0) }.map(Assignment.newValue)
  }

  /// One that leaves the row alone if the key is there.
  init(into table: String, _ columns: [String], ignoringBy key: [String]) {
    self.init(into: table, columns: columns, key: key, assignments: [])
  }

  /// Refuses what an engine would refuse late, or take in a sense of its own.
  func check() throws(DatabaseError) {
    guard !key.isEmpty || !keyExpressions.isEmpty, key.allSatisfy(columns.containsBytes(of:)) else {
      throw .misuse(
        "the key of an upsert into \(table) must be columns that it inserts; what else its index "
          + "has are keyExpressions")
    }
    var changed: Set<ByteText> = []
    for assignment in assignments {
      let column = assignment.column
      guard changed.insert(ByteText(column)).inserted else {
        throw .misuse("the upsert into \(table) assigns \(column) twice")
      }
      if case .newValue = assignment, !columns.containsBytes(of: column) {
        throw .misuse("the upsert into \(table) has no new value for \(column)")
      }
    }
  }
}
