import DequeModule
import DriverAPI
import Logging
import NIOCore

/// Passes on to the other servers what is not stored: who is typing, files, and what servers tell each other.
///
/// At most once, and beside what is stored: it has tasks and statements of its own, and what does not find room
/// is dropped.
final class NoticeLine: ClusterLine {
  fileprivate struct State {
    var waiting: Deque<FeedEvent> = []
    var byteCount = 0
    var last: Int64
    var newest: Int64
    // Since the last time that old rows were removed.
    var hasWritten = false
  }

  /// So many wait at most,
  fileprivate static let maxCount = 1024
  /// with so many bytes, but for a single one that is larger.
  fileprivate static let maxByteCount = 16 << 20
  /// What the database tells by itself is no longer than this, in bytes; PostgreSQL takes less than 8,000.
  private static let maxToldCount = 7900
  /// Between two times that something is written, so that many who type cost few statements.
  private static let interval = Duration.milliseconds(10)

  let server: String
  private let database: Database
  private let table: NoticeTable
  private let logger: Logger
  private let outbox = Doorbell()
  private let inbox = Doorbell()
  private let state: Mutex<State>

  /// A line that begins behind a row.
  init(_ database: Database, _ table: NoticeTable, behind last: Int64, _ logger: Logger) {
    self.database = database
    self.table = table
    self.logger = logger
    server = table.writer
    state = Mutex(State(last: last, newest: last))
  }

  func announce(_ topic: String, _ text: String) {
    pass(FeedEvent(address: .servers(topic: topic), body: .init(string: text)))
  }

  func pass(_ event: FeedEvent) {
    let isTaken = state.withLock { $0.append(event) }
    if isTaken { outbox.ring() }
  }

  /// The newest row of the table, as somebody has seen it.
  func noteNewest(_ id: Int64) {
    let isNew = state.withLock { state in
      guard id > state.newest else { return false }
      state.newest = id
      return true
    }
    if isNew { inbox.ring() }
  }

  /// What the database has told by itself.
  func take(_ told: String, _ room: ChatRoom) {
    let parts = told.split(separator: " ", maxSplits: 1)
    guard parts.count == 2, parts[0] != server else { return }
    guard let payload = Base64.decode(Array(parts[1].utf8).span) else { return }
    show(payload, from: String(parts[0]), room)
  }

  private func show(_ payload: [UInt8], from writer: String, _ room: ChatRoom) {
    do {
      room.show(try FeedPayload.decode(payload), from: writer)
    } catch {
      logger.debug("a notice of another server cannot be read", metadata: ["server": "\(writer)"])
    }
  }

  /// Writes and reads until the task is cancelled.
  func run(_ room: ChatRoom) async {
    await withTaskGroup { group in
      group.addTask { await self.write() }
      group.addTask { await self.read(room) }
    }
  }

  private func write() async {
    while !Task.isCancelled {
      let events = state.withLock { $0.take() }
      if events.isEmpty {
        _ = await outbox.wait(atMost: .seconds(1))
        continue
      }
      do {
        for payload in FeedPayload.encode(events) { try await send(payload) }
      } catch {
        logger.debug("notices were not passed on", metadata: ["error": "\(error)"])
      }
      // Cancelling ends the sleep, and with it the loop.
      try? await Task.sleep(for: Self.interval)
    }
  }

  private func send(_ payload: [UInt8]) async throws {
    let isTold =
      database.capabilities.notifications
      && Base64.encodedCount(of: payload.count) + server.utf8.count < Self.maxToldCount
    let (database, table, server) = (database, table, server)
    try await TimeLimit.run(.seconds(5)) {
      if isTold {
        try await database.notify(NoticeTable.channel, "\(server) \(Base64.text(of: payload))")
      } else {
        try await table.add([payload], in: database)
      }
    }
    if !isTold { state.withLock { $0.hasWritten = true } }
  }

  private func read(_ room: ChatRoom) async {
    while !Task.isCancelled {
      let (last, newest) = state.withLock { ($0.last, $0.newest) }
      guard newest > last else {
        _ = await inbox.wait(atMost: .seconds(1))
        continue
      }
      do {
        let (database, table) = (database, table)
        let rows = try await TimeLimit.run(.seconds(5)) {
          try await table.rows(behind: last, upTo: newest, in: database)
        }
        let isAll = rows.count < NoticeTable.maxRowCount
        state.withLock { $0.last = isAll ? newest : rows.last?.id ?? newest }
        for row in rows where row.writer != server { show(row.payload, from: row.writer, room) }
      } catch {
        // Nobody waits for them.
        state.withLock { $0.last = newest }
        logger.debug("notices of other servers were lost", metadata: ["error": "\(error)"])
      }
    }
  }

  /// Removes old rows, if this server has written any lately.
  func removeOld() async throws {
    guard state.withLock({ $0.takeWritten() }) else { return }
    try await table.removeOld(at: .now, in: database)
  }
}

extension NoticeLine.State {
  mutating func append(_ event: FeedEvent) -> Bool {
    let count = byteCount + event.body.readableBytes
    guard waiting.count < NoticeLine.maxCount, count <= NoticeLine.maxByteCount || waiting.isEmpty
    else { return false }
    byteCount = count
    waiting.append(event)
    return true
  }

  mutating func take() -> [FeedEvent] {
    defer {
      waiting = []
      byteCount = 0
    }
    return Array(waiting)
  }

  mutating func takeWritten() -> Bool {
    defer { hasWritten = false }
    return hasWritten
  }
}
