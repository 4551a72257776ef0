import DriverAPI

extension DatabaseVisit {
  /// What failed, with what to do about it where that is known.
  func failure(_ question: Question, _ error: any Error, _ database: Database) async -> DoctorCheck
  {
    let told = Masking.credentials(in: "\(error)")
    let remedy = await remedy(for: error, database)
    return DoctorCheck(question.rawValue, .error, told + (remedy.map { "; \($0)" } ?? ""))
  }

  private func remedy(for error: any Error, _ database: Database) async -> String? {
    guard let error = error as? DatabaseError else { return nil }
    let dialect = database.dialect.name
    return switch (error.kind, dialect) {
    case (.permissionDenied, "postgres"): await postgresGrants(database)
    case (.permissionDenied, "mysql"), (.permissionDenied, "mariadb"): await mysqlGrant(database)
    case (.readOnly, "postgres"):
      "the database takes no changes: name the primary server and not a standby, or put "
        + "default_transaction_read_only = off"
    case (.readOnly, "mysql"), (.readOnly, "mariadb"):
      "the server takes no changes: name the primary server and not a replica, or SET GLOBAL "
        + "read_only = OFF"
    case (.readOnly, _), (.permissionDenied, _):
      target.option("mode") == "ro"
        ? "take mode=ro out of MARCHAT_DB_PATH"
        : "give the server's user write permission for the file and its directory, on a file "
          + "system that is not mounted read-only"
    case (.undefinedObject, "postgres") where error.details.sqlState == "3F000":
      "no schema of the search path exists: CREATE SCHEMA public, or correct the user's search_path"
    case (.resourceExhausted, _): "make room on the database's disk"
    default: nil
    }
  }

  /// What the user lacks: the right to make tables, or to those that are there.
  private func postgresGrants(_ database: Database) async -> String? {
    let found = try? await database.queryRow(
      """
      SELECT quote_ident(current_user), quote_ident(COALESCE(current_schema(), 'public')), \
      COALESCE(has_schema_privilege(current_schema(), 'CREATE'), false)
      """, as: (String, String, Bool).self)
    guard let (user, schema, mayCreate) = found else { return nil }
    guard mayCreate else {
      return "as the database's owner: GRANT USAGE, CREATE ON SCHEMA \(schema) TO \(user)"
    }
    return "the tables are somebody else's: as their owner, GRANT ALL ON ALL TABLES IN SCHEMA "
      + "\(schema) TO \(user); GRANT ALL ON ALL SEQUENCES IN SCHEMA \(schema) TO \(user)"
  }

  /// The right to everything in the database, which tables and their migrations need.
  func mysqlGrant(_ database: Database) async -> String? {
    let found = try? await database.queryRow(
      """
      SELECT CONCAT('GRANT ALL PRIVILEGES ON `', REPLACE(DATABASE(), '`', '``'), '`.* TO ', \
      QUOTE(SUBSTRING_INDEX(CURRENT_USER(), '@', 1)), '@', \
      QUOTE(SUBSTRING_INDEX(CURRENT_USER(), '@', -1)))
      """, as: (String).self)
    return found.map { "as the server's administrator: \($0)" }
  }

  /// Whether the user may make tables, where making one to try it could not be undone.
  func mysqlMayCreate(_ database: Database) async throws -> Bool {
    let count = try await database.queryRow(
      """
      SELECT COUNT(*) FROM (SELECT table_schema AS name, privilege_type, grantee \
      FROM information_schema.schema_privileges UNION ALL \
      SELECT NULL, privilege_type, grantee FROM information_schema.user_privileges) AS granted \
      WHERE privilege_type = 'CREATE' AND (name IS NULL OR DATABASE() LIKE name)
      """, as: (Int).self)
    return count ?? 0 > 0
  }
}
