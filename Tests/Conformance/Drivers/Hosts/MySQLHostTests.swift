import DriverAPI
import DriverConformance
import DriverMySQL
import Foundation
import Testing

@Suite("Hosts of MySQL and MariaDB")
struct MySQLHostTests {
  private func plan(_ options: String) throws -> ConnectionPlan {
    try MySQLDriver().plan(for: DatabaseURL("mysql://h1,h2/d?" + options))
  }

  @Test("HA-1: which hosts are meant is said in libpq's words, or in Go's")
  func words() throws {
    for options in [
      "target_session_attrs=read-write", "rejectReadOnly=true", "rejectReadOnly=false",
      "load_balance_hosts=random", "wsrep_sync_wait=7",
    ] { _ = try plan(options) }
    for options in [
      "target_session_attrs=read-write&rejectReadOnly=true", "wsrep_sync_wait=16",
      "target_session_attrs=master", "load_balance_hosts=true",
    ] {
      let error = #expect(throws: DatabaseError.self) { try plan(options) }
      #expect(error?.kind == .misuse, "\(options): \(String(describing: error))")
    }
  }

  @Test("HA-1: a server that only reads is refused with the reason", .enabled(if: Self.hasServers))
  func onlyReads() async throws {
    let harness = MySQLServer(way: .tcp)
    let url = try await harness.makeDatabase()
    let found = try await harness.secondServer(for: url)
    let second = try #require(found)
    try await second.demote()
    let asking = "\(url)&target_session_attrs=read-write"
    let only = try DatabaseURL(asking).replacingHosts(second.url.hosts)
    let error = await #expect(throws: DatabaseError.self) {
      try await Database.open(only, with: MySQLDriver())
    }
    #expect(error?.kind == .cannotConnect && error?.message.contains("read_only") == true)
    // Where a replica is wished for it is taken, and else whichever answers.
    let both = try DatabaseURL(url).hosts + second.url.hosts
    for (wish, isReadOnly) in [("prefer-standby", true), ("read-only", true), ("any", false)] {
      let url = try DatabaseURL("\(url)&target_session_attrs=\(wish)").replacingHosts(both)
      let db = try await Database.open(url, with: MySQLDriver())
      let told = try await db.queryRow("SELECT @@global.read_only", as: Int.self)
      #expect(told == (isReadOnly ? 1 : 0), "\(wish)")
      await db.close()
    }
    let first = try DatabaseURL("\(url)&target_session_attrs=prefer-standby")
    await (try Database.open(first, with: MySQLDriver())).close()
    await second.remove()
    await harness.removeDatabase(url)
  }

  static let hasServers =
    MySQLServer.Way.tcp.url != nil
    && ProcessInfo.processInfo.environment["DOVETAIL_MYSQL_SECOND_URL"] != nil
}
