/// One record of a script: what is to be done, and on which engines.
public struct SQLLogicRecord: Sendable, Hashable {
  /// The line of its first word, from 1.
  public let line: Int
  /// The engines it is meant for; empty means all of them.
  public let conditions: [Condition]
  /// What is to be done.
  public let action: Action

  /// A `skipif` or `onlyif` in front of a record.
  public enum Condition: Sendable, Hashable {
    /// The record is not for that engine.
    case skipIf(String)
    /// The record is for that engine and no other.
    case onlyIf(String)
  }

  /// What a record asks for.
  public enum Action: Sendable, Hashable {
    /// Run a statement that must succeed, or must fail.
    case statement(String, mustSucceed: Bool)
    /// Run a query and compare what it answers with.
    case query(SQLLogicQuery)
    /// From so many values on, scripts hold a hash in place of the values; 0 means never.
    ///
    /// It tells those who write scripts what to do. A reader sees which of the two stands there.
    case hashThreshold(Int)
    /// Stop here.
    case halt
  }

  /// Whether the record is meant for an engine that goes by these names.
  public func applies(to engines: Set<String>) -> Bool {
    conditions.allSatisfy { condition in
      switch condition {
      case .skipIf(let engine): !engines.contains(engine)
      case .onlyIf(let engine): engines.contains(engine)
      }
    }
  }
}

/// A query of a script and what it must answer with.
public struct SQLLogicQuery: Sendable, Hashable {
  /// How a column is shown.
  public enum ColumnType: Character, Sendable, Hashable {
    /// As text.
    case text = "T"
    /// As a whole number.
    case integer = "I"
    /// With three digits behind the point.
    case real = "R"
  }

  /// What is sorted before anything is compared.
  public enum SortMode: String, Sendable, Hashable, CaseIterable {
    /// Nothing: the query has an order of its own.
    case nosort
    /// The rows.
    case rowsort
    /// All values, whatever their row.
    case valuesort
  }

  /// What the answer must be.
  public enum Expectation: Sendable, Hashable {
    /// These values, from left to right and row by row.
    case values([String])
    /// So many values, of which each and a line feed behind it give this MD5 digest.
    case hash(valueCount: Int, digest: String)
  }

  /// The text of the query.
  public let sql: String
  /// How each column is shown, from left to right.
  public let types: [ColumnType]
  /// What is sorted.
  public let sortMode: SortMode
  /// Queries with the same label must have the same answer.
  public let label: String?
  /// What the answer must be.
  public let expectation: Expectation
}
