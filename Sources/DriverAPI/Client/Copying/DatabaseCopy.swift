/// Copies tables from one database to another, whatever their engines: with their types, in portions, and
/// with a comparison of both at the end.
///
/// ```swift
/// let old = try await Database.open("sqlite:app.db?mode=ro")
/// let new = try await Database.open("postgres://app@db/app")
/// let report = try await DatabaseCopy(from: old, to: new, tables: ["users", "orders"]).run { progress in
///   print(progress.table, progress.rowCount, "of", progress.totalCount)
/// }
/// print(report.rowCount, "rows are the same on both sides")
/// ```
///
/// The target has the schema already, and its tables are empty: nothing is created in it but the copy's own
/// table of marks, and nothing is ever overwritten. The tables are the ones of the session's own schema.
///
/// **What is copied.** The rows of one moment: they are read in one transaction that only reads, so that an
/// application may go on writing to the source, and what it writes meanwhile stays behind. (SQLite without a
/// write-ahead log lets nobody write as long.) Every value goes over as one of the type that
/// the target's column has; between two SQLite databases, as what it is.
///
/// **What is refused.** A value that the target would not hold exactly as it is: with the table, the row's key,
/// the column and what helps, and before it is sent. Instants are exact to the microsecond, as everywhere in
/// this library; digits of a text beyond that are cut off.
///
/// **What is resumed.** Each portion is committed together with a mark in a table of the target, ``marks``. A copy
/// that was cancelled or killed goes on behind the last mark when it is run again; a table without a primary
/// key is copied in one transaction, and so is begun anew. The table of marks goes away when the copy is done.
///
/// **What is proved.** At the end all rows of both sides are read again and compared, by count and by a checksum
/// over their values. A source that was changed between the parts of a resumed copy is found by this, and the first
/// row that differs is named.
///
/// Triggers of the target run, if it has any, and foreign keys are kept: tables are copied behind those they
/// refer to. Ids that the target gives afterwards are beyond those of the source.
public struct DatabaseCopy: Sendable {
  /// Where the rows are read.
  public let source: Database
  /// Where they are stored.
  public let target: Database
  /// The tables; nil for all of the source.
  public let tables: [String]?
  /// The table in the target that holds the marks of a copy that is not done.
  public let marks: String
  /// The most rows of one portion, which is committed by itself.
  public var maxPortionRowCount = 8192
  /// The most bytes of one portion, but for a single row that is longer: what a copy holds in memory is
  /// about three times that.
  public var maxPortionByteCount = 4 << 20

  /// A copy, which ``run(_:)`` begins or goes on with.
  ///
  /// - Parameters:
  ///   - source: is only read; open it so that it cannot be written to, where the engine has that.
  ///   - target: where the tables are, and are empty.
  ///   - tables: in any order; nil for all of the source. Names that differ only in the case of their letters
  ///     are the same.
  ///   - marks: the name of the copy's own table.
  public init(
    from source: Database, to target: Database, tables: [String]? = nil,
    marks: String = "dovetail_copy"
  ) {
    self.source = source
    self.target = target
    self.tables = tables
    self.marks = marks
  }

  /// Copies what is missing, compares both sides, and takes the marks away.
  ///
  /// - Parameter report: called as each table begins and after each portion, while rows are copied and while they
  ///   are compared.
  /// - Returns: what both sides have.
  /// - Throws: `misuse` if something is in the way, before anything is copied: every table and column is named.
  ///   For a row that cannot be stored what the target, or the check before it, says: ``DatabaseError/details`` has the
  ///   table, the column and, as ``DatabaseError/Details/key``, the row. `cancelled` if the task is. `other` if both
  ///   sides are not the same at the end, with the first row of the first table that differs. The copy goes
  ///   on from there when it is run again, with the cause out of the way.
  @discardableResult
  public func run(_ report: (Progress) -> Void = { _ in }) async throws -> Report {
    try await withSnapshot { source in
      try await CopyRun(copy: self, source: source).whole(report)
    }
  }

  /// Compares the tables of both sides, and changes nothing.
  ///
  /// - Returns: what was found of each table, in the order in which they are copied.
  /// - Throws: `misuse` if the columns do not match; what reading throws.
  public func compare(_ report: (Progress) -> Void = { _ in }) async throws -> [Comparison] {
    try await withSnapshot { source in
      let plan = try await CopyPlan.make(self, source, target)
      return try await CopyRun(copy: self, source: source).compared(plan, report)
    }
  }

  /// Whether a copy into a database was begun and is not done.
  public static func isUnfinished(
    in database: Database, marks: String = "dovetail_copy"
  ) async throws(DatabaseError) -> Bool {
    try await !CopyMarks(name: marks).read(database).isEmpty
  }

  private func withSnapshot<R>(_ body: (Transaction) async throws -> R) async throws -> R {
    let options = TransactionOptions(isolation: .repeatableRead, isReadOnly: true)
    return try await source.transaction(options) { try await body($0) }
  }
}

// MARK: - What is told

extension DatabaseCopy {
  /// How far a copy has come.
  public struct Progress: Sendable, Hashable {
    /// What is being done.
    public enum Phase: Sendable, Hashable {
      /// Rows are stored.
      case copying
      /// Both sides are read and compared.
      case comparing
    }

    /// What is being done.
    public var phase: Phase
    /// The table, by its name in the source.
    public var table: String
    /// How many rows of it are done, those of earlier runs among them.
    public var tableRowCount: Int
    /// How many rows of all tables are done.
    public var rowCount: Int
    /// How many of them this run has done.
    public var newRowCount: Int
    /// How many rows the source has in all tables.
    public var totalCount: Int

    /// A step, for tests of what shows it.
    public init(
      phase: Phase, table: String, tableRowCount: Int, rowCount: Int, newRowCount: Int,
      totalCount: Int
    ) {
      self.phase = phase
      self.table = table
      self.tableRowCount = tableRowCount
      self.rowCount = rowCount
      self.newRowCount = newRowCount
      self.totalCount = totalCount
    }
  }

  /// What a finished copy found.
  public struct Report: Sendable, Hashable {
    /// The tables, in the order in which they were copied.
    public var tables: [Comparison]
    /// How many rows this run has copied; those of earlier runs of the same copy are not among them.
    public var newRowCount: Int
    /// How many rows both sides have.
    public var rowCount: Int { tables.reduce(0) { $0 + $1.sourceRowCount } }
  }

  /// One table, as both sides have it.
  public struct Comparison: Sendable, Hashable {
    /// Its name in the source.
    public var table: String
    /// How many rows the source has.
    public var sourceRowCount: Int
    /// How many rows the target has.
    public var targetRowCount: Int
    /// A number over all values of all rows of the source, whatever their order: that of the target, if it has
    /// the same.
    public var sourceChecksum: UInt64
    /// The same of the target.
    public var targetChecksum: UInt64
    /// The first row that differs, in the order of the source's key; nil if none does, or none can be found
    /// because the table has no key.
    public var firstDifference: Difference?

    /// Whether both sides have the same rows.
    public var isEqual: Bool {
      sourceRowCount == targetRowCount && sourceChecksum == targetChecksum
    }
  }

  /// A row that is not the same on both sides.
  public struct Difference: Sendable, Hashable {
    /// What is different.
    public enum Kind: Sendable, Hashable {
      /// The target has no row of this key.
      case missing
      /// The source has no row of this key.
      case unexpected
      /// These columns have other values.
      case changed(columns: [String])
    }

    /// The columns of the key and their values.
    public var key: String
    /// What is different.
    public var kind: Kind
  }
}
