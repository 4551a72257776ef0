import Synchronization
import Testing

@testable import DriverAPI

@Suite("The statements that a connection keeps")
struct StatementCacheTests {
  private let texts = StatementTexts(dialect: .sqlite, capacity: 4)

  private func text(_ number: Int) throws -> StatementText {
    try texts.text(for: "SELECT \(number)")
  }

  @Test("finds what it keeps by the identity of the text")
  func findsByIdentity() throws {
    let cache = StatementCache(capacity: 3)
    let (one, two) = (try text(1), try text(2))
    let statement = IdleStatement()
    let found1 = cache.keep(statement, for: one)
    #expect(found1 == nil)
    let found2 = cache.statement(for: one)
    #expect(found2 === statement)
    let found3 = cache.statement(for: two)
    #expect(found3 == nil)
    let twin = try Dialect.sqlite.rebind("SELECT 1")
    let found4 = cache.statement(for: twin)
    #expect(found4 == nil, "an equal text of another database is another text")
  }

  @Test("the one that was not used for longest leaves first")
  func leastRecentlyUsedLeaves() throws {
    let cache = StatementCache(capacity: 3)
    let texts = try (1...4).map(text)
    let statements = texts.map { _ in IdleStatement() }
    for index in 0..<3 {
      _ = cache.statement(for: texts[index])
      let found5 = cache.keep(statements[index], for: texts[index])
      #expect(found5 == nil)
    }
    let found6 = cache.statement(for: texts[0])
    #expect(found6 === statements[0])
    _ = cache.statement(for: texts[3])
    let found7 = cache.keep(statements[3], for: texts[3])
    #expect(found7 === statements[1])
    #expect(cache.count == 3)
    let found8 = cache.statement(for: texts[1])
    #expect(found8 == nil)
    let found9 = cache.statement(for: texts[0])
    #expect(found9 === statements[0])
  }

  @Test("STMT-1: large texts have room of their own, and do not drive out what repeats")
  func largeTexts() throws {
    let cache = StatementCache(capacity: 200)
    let often = try text(1)
    _ = cache.keep(IdleStatement(), for: often)
    let all = StatementTexts(dialect: .sqlite)
    var kept = 1
    for number in 1...150 {
      let size = StatementCache.largeSize + number * 97
      let large = try all.text(for: "SELECT '" + String(repeating: "x", count: size) + "'")
      #expect(cache.takes(large))
      kept -= cache.makeRoom(for: large).count
      #expect(cache.keep(IdleStatement(), for: large) == nil)
      kept += 1
      #expect(cache.statement(for: large) != nil)
    }
    #expect(cache.count == kept)
    #expect(kept < 1 + StatementCache.roomForLarge / StatementCache.largeSize)
    #expect(cache.statement(for: often) != nil)
    let huge = String(repeating: "x", count: StatementCache.roomForLarge)
    #expect(try !cache.takes(all.text(for: "SELECT '\(huge)'")))
    #expect(cache.removeAll().count == kept)
    #expect(cache.makeRoom(for: try all.text(for: "SELECT '\(huge)'")).isEmpty)
  }

  @Test("STMT-1: a text that repeats stays the same object, whatever large ones come by")
  func textsInUse() throws {
    let all = StatementTexts(dialect: .sqlite, capacity: 8)
    let often = try all.text(for: "SELECT 1")
    weak var early: StatementText?
    for number in 0..<400 {
      let size = 20_000 + number
      let large = try all.text(for: "SELECT '" + String(repeating: "x", count: size) + "'")
      if number == 0 { early = large }
      #expect(try all.text(for: "SELECT '" + String(repeating: "x", count: size) + "'") === large)
    }
    #expect(early == nil, "eight megabytes of texts are kept")
    #expect(try all.text(for: "SELECT 1") === often)
  }

  @Test("finds what was used last of a length by the text itself, until it leaves")
  func findsByText() throws {
    let cache = StatementCache(capacity: 2)
    let (one, two, three) = (try text(1), try text(2), try text(3))
    _ = cache.keep(IdleStatement(), for: one)
    #expect(cache.recentEntry(like: "SELECT 1")?.takeUnretainedValue().text === one)
    _ = cache.keep(IdleStatement(), for: two)
    #expect(cache.recentEntry(like: "SELECT 1") == nil)
    #expect(cache.recentEntry(like: "SELECT 2")?.takeUnretainedValue().text === two)
    _ = cache.statement(for: one)
    #expect(cache.recentEntry(like: ["SELECT", "1"].joined(separator: " ")) != nil)
    _ = cache.statement(for: two)
    _ = cache.statement(for: one)
    _ = cache.keep(IdleStatement(), for: three)
    #expect(cache.statement(for: two) == nil)
    _ = cache.remove(three)
    #expect(cache.recentEntry(like: "SELECT 3") == nil)
    _ = cache.statement(for: one)
    _ = cache.removeAll()
    #expect(cache.recentEntry(like: "SELECT 1") == nil)
  }

  @Test("what was removed is gone, even if it was used last")
  func removes() throws {
    let cache = StatementCache(capacity: 3)
    let one = try text(1)
    let statement = IdleStatement()
    _ = cache.keep(statement, for: one)
    let found10 = cache.remove(one)
    #expect(found10 === statement)
    let found11 = cache.remove(one)
    #expect(found11 == nil)
    let found12 = cache.statement(for: one)
    #expect(found12 == nil)
    #expect(cache.count == 0)
  }

  @Test("emptying gives everything back, once")
  func empties() throws {
    let cache = StatementCache(capacity: 3)
    for number in 1...3 { _ = cache.keep(IdleStatement(), for: try text(number)) }
    let found13 = cache.removeAll()
    #expect(found13.count == 3)
    let found14 = cache.removeAll()
    #expect(found14.isEmpty)
    let found15 = try cache.statement(for: text(3))
    #expect(found15 == nil)
  }

  @Test("equal texts give one object while they are in use")
  func textsAreShared() throws {
    let texts = StatementTexts(dialect: .sqlite, capacity: 4)
    let kept = try texts.text(for: "SELECT 0")
    for number in 1...100 {
      _ = try texts.text(for: "SELECT \(number)")
      #expect(try texts.text(for: "SELECT 0") === kept, "lost after \(number) others")
    }
  }

  @Test("a text with a mistake is refused every time")
  func mistakesAreNotKept() {
    for _ in 1...2 {
      #expect(throws: DatabaseError.self) { try texts.text(for: "SELECT 'abc") }
    }
  }
}

/// A statement that is only kept.
private final class IdleStatement: DriverStatement {
  let parameterCount: Int? = nil

  func exec(_ parameters: [Value]) async throws(DatabaseError) -> ExecResult {
    throw .unsupported("this statement is only kept")
  }

  func query(_ parameters: [Value]) async throws(DatabaseError) -> any DriverRows {
    throw .unsupported("this statement is only kept")
  }

  func finalize() {}
}
