import CPostgres
import DriverAPI

extension PostgresConnection {
  /// The first number that a type of a user's own can have.
  static let firstUserType: UInt32 = 16_384

  /// Those types, and in the place of a domain the type that it is made of: a value has the same form
  /// for both.
  ///
  /// The server is asked once for each type that it did not bring along.
  func baseTypes(of types: [UInt32]) async throws(DatabaseError) -> [UInt32] {
    guard types.contains(where: { $0 >= Self.firstUserType }) else { return types }
    let unknown = Set(types.filter { $0 >= Self.firstUserType && domainBases[$0] == nil })
    if !unknown.isEmpty {
      for type in unknown { domainBases[type] = type }
      do throws(DatabaseError) { try await readBases(of: unknown) } catch {
        for type in unknown { domainBases[type] = nil }
        throw error
      }
    }
    return types.map { domainBases[$0] ?? $0 }
  }

  private func readBases(of types: Set<UInt32>) async throws(DatabaseError) {
    let list = types.map { String($0) }.joined(separator: ", ")
    let sql = """
      WITH RECURSIVE base (domain, type) AS (
        SELECT oid, typbasetype FROM pg_catalog.pg_type WHERE oid IN (\(list)) AND typtype = 'd'
        UNION ALL
        SELECT domain, typbasetype FROM base JOIN pg_catalog.pg_type ON oid = type
          WHERE typtype = 'd')
      SELECT domain, type FROM base JOIN pg_catalog.pg_type ON oid = type WHERE typtype <> 'd'
      """
    guard PQsendQuery(link.handle, sql) != 0 else { throw link.lost(.notSent) }
    var failure: DatabaseError?
    while let result = try await link.nextResult() {
      defer { PQclear(result) }
      if PQresultStatus(result) == PGRES_TUPLES_OK {
        for row in 0..<PQntuples(result) {
          guard let domain = Self.number(result, row, 0), let base = Self.number(result, row, 1)
          else { continue }
          domainBases[domain] = base
        }
      } else {
        failure = failure ?? link.error(in: result)
      }
      if let failure, failure.connection == .spent { throw failure }
    }
    try await finish()
    if let failure { throw failure }
  }

  private static func number(_ result: OpaquePointer, _ row: Int32, _ column: Int32) -> UInt32? {
    PQgetvalue(result, row, column).flatMap { UInt32(String(cString: $0)) }
  }
}
