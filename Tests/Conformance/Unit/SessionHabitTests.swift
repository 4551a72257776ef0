import DriverAPI
import Testing

@Suite("What a session keeps, and what is left behind in it [POOL-4] [STMT-3]")
struct SessionHabitTests {
  @Test func `a library is told whether a statement is kept`() async throws {
    let library = SlowLibrary()
    let db = try await library.open()
    _ = library.takeLog()
    try await db.exec("UPDATE a")
    #expect(library.takeLog() == ["prepare UPDATE a", "UPDATE a"])
    try await db.exec("CREATE a")
    #expect(library.takeLog().prefix(2) == ["once", "prepare CREATE a"])
    await db.close()
  }

  @Test func `where a kept statement holds its tables none is kept`() async throws {
    var habits = SessionHabits()
    habits.keptStatementsHoldTables = true
    let library = SlowLibrary(habits)
    let db = try await library.open()
    _ = library.takeLog()
    for _ in 1...2 { try await db.exec("UPDATE a") }
    let log = library.takeLog()
    #expect(log.count { $0 == "once" } == 2 && log.count { $0 == "prepare UPDATE a" } == 2)
    #expect(log.contains("free UPDATE a"))
    await db.close()
  }

  @Test func `a session is reset unless the library says that nothing was left`() async throws {
    var habits = SessionHabits()
    habits.leavesState = { $0.text != "CREATE a" }
    let library = SlowLibrary(habits)
    let db = try await library.open()
    _ = library.takeLog()
    try await db.exec("CREATE a")
    try await db.ping()
    #expect(!library.takeLog().contains("close"))
    try await db.exec("CREATE b")
    try await db.ping()
    #expect(library.takeLog().contains("close"))
    await db.close()
  }
}
