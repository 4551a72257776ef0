/// How the statements of a ``Migration`` run.
public enum MigrationMode: Sendable, Hashable {
  /// In one transaction, where ``Capabilities/wholeMigrations`` says that this is possible: whole, or not
  /// at all. [MIG-3]
  case inTransaction
  /// In one transaction, in which references are not enforced until its end: for changes that an
  /// engine makes only by building a table anew. [MIG-5]
  ///
  /// The procedure that ``Dialect/tableRebuild`` is for: make the new table under another name, copy the rows,
  /// `DROP` the old table, rename the new one, then make its indexes and triggers again. While
  /// references are enforced the `DROP` would delete every row that refers to the table, by their
  /// `ON DELETE CASCADE`. All references are checked before the commit. On other engines, which change
  /// tables where they are, the same as ``inTransaction``.
  case rebuildingTables
  /// Each statement by itself, for those that no transaction takes: `CREATE INDEX CONCURRENTLY`, `VACUUM`.
  /// [MIG-8]
  ///
  /// How far it came is recorded after each; the next run goes on with the statement that failed, which
  /// should be written so that it may run again. An invalid index is left behind when
  /// `CREATE INDEX CONCURRENTLY` fails: let a `DROP INDEX CONCURRENTLY IF EXISTS` stand before it, as a
  /// migration of its own. Processes keep out of each other's way where the lock is a session's
  /// (``Dialect/migrationLock``); where only a transaction does that, two of them may run such a statement at the same time.
  case outsideTransaction
}
