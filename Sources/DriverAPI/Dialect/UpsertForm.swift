/// How "insert, or else change" is written.
public enum UpsertForm: Sendable {
  /// `ON CONFLICT (key) DO UPDATE SET c = excluded.c`
  case onConflict
  /// `ON DUPLICATE KEY UPDATE c = VALUES(c)`
  case onDuplicateKey
  /// `MERGE INTO t USING … ON (key) WHEN MATCHED THEN UPDATE … WHEN NOT MATCHED THEN INSERT …`
  case merge(MergeWords = MergeWords())
  /// `UPDATE OR INSERT INTO t … MATCHING (key)`, and `MERGE` for what that cannot say: expressions, and
  /// columns that stay as they are.
  case updateOrInsert
  /// As the driver writes it.
  case written(any UpsertWriter)
  /// In no statement of its own. The core inserts, in a savepoint if a transaction is open, and if that
  /// fails since the key is there it changes the row: right on every engine, at two or three round trips.
  case separateStatements
  /// Not at all: upserts throw `unsupported`. ``Capabilities/upserts`` says the same.
  case unsupported
}

/// What differs between the engines that have `MERGE`.
public struct MergeWords: Sendable, Hashable {
  /// What stands behind the name of the table, such as `WITH (HOLDLOCK)`.
  public var tableHint: String?
  /// What ends the statement where it needs that, such as `;`.
  public var terminator = ""
  /// Whether a column by which rows are compared can also be assigned; where not (Oracle), such an upsert
  /// throws `unsupported`.
  public var assignsKeys = true

  /// The words of standard SQL.
  public init(tableHint: String? = nil, terminator: String = "", assignsKeys: Bool = true) {
    self.tableHint = tableHint
    self.terminator = terminator
    self.assignsKeys = assignsKeys
  }
}

/// Writes the upserts of an engine that has a form of its own. Pure functions: equal arguments give equal
/// texts, for the statements are cached by them.
public protocol UpsertWriter: Sendable {
  /// Whether the key can be an index with expressions or a condition; otherwise such an upsert is
  /// refused before it is written. [UPSERT-10]
  var takesIndexExpressions: Bool { get }

  /// An insert of one row that changes the one with the same key instead.
  ///
  /// The upsert is sound and its names can be identifiers; ``Dialect/changes(of:newValue:)`` writes its
  /// assignments. A clash on another key must be an error, unless
  /// ``Dialect/upsertChecksConflictKey`` is off. [UPSERT-4]
  ///
  /// - Throws: `unsupported` for what the engine cannot say.
  func upsert(_ upsert: Upsert, in dialect: Dialect) throws(DatabaseError) -> RowStatement

  /// An insert of one row that counts 0 where a row has the same key, and leaves that alone.
  ///
  /// - Parameter key: the columns of the key; empty if the caller named none, and then a plain insert
  ///   will do: the core takes a violation of a unique key for a row that exists. [UPSERT-3]
  func insertIgnore(
    into table: String, columns: [String], key: [String], in dialect: Dialect
  ) throws(DatabaseError) -> RowStatement
}

extension UpsertWriter {
  /// Most engines name a key by its columns.
  public var takesIndexExpressions: Bool { false }
}

extension Dialect {
  /// Whether one statement inserts a row or changes the one with its key.
  public var hasUpsertStatement: Bool {
    switch upsertForm {
    case .onConflict, .onDuplicateKey, .merge, .updateOrInsert, .written: true
    case .separateStatements, .unsupported: false
    }
  }

  /// Whether the key of an upsert can be an index with expressions or a condition. [UPSERT-10]
  public var upsertTakesIndexExpressions: Bool {
    switch upsertForm {
    case .onConflict: true
    case .written(let writer): writer.takesIndexExpressions
    case .onDuplicateKey, .merge, .updateOrInsert, .separateStatements, .unsupported: false
    }
  }

  /// Whether an insert that ignores what exists minds every unique key by itself, and takes several rows.
  var ignoresEveryKey: Bool {
    switch upsertForm {
    case .onConflict, .onDuplicateKey: true
    case .merge, .updateOrInsert, .written, .separateStatements, .unsupported: false
    }
  }
}
