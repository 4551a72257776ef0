/// The state behind ``Rows`` and ``TypedRows``: an open query, its session, and its lease.
@usableFromInline
final class RowCursor {
  @usableFromInline let columns: ColumnList
  @usableFromInline let driverRows: any DriverRows
  @usableFromInline let cells: UnsafeMutableBufferPointer<Cell>
  @usableFromInline var columnCount: Int
  @usableFromInline var isOpen = true
  @usableFromInline var hasRow = false
  /// Whether the statement surely only reads, so that it may be cut off.
  @usableFromInline let readsOnly: Bool
  private var isExpired = false
  private let session: Session
  private let lease: Lease?

  init(_ driverRows: any DriverRows, _ session: Session, _ lease: Lease?, readsOnly: Bool) {
    self.readsOnly = readsOnly
    self.driverRows = driverRows
    self.session = session
    self.lease = lease
    let columns = driverRows.columns
    self.columns = columns
    columnCount = columns.count
    cells = session.cells
    if lease == nil { session.borrower = .passUnretained(self) }
  }

  deinit {
    close()
  }

  @inlinable
  func next() async throws(DatabaseError) -> Bool {
    guard isOpen else { return try nextOfNone() }
    do throws(DatabaseError) {
      while true {
        switch try driverRows.step(into: cells) {
        case .row:
          hasRow = true
          return true
        case .wait:
          try await wait()
        case .done:
          finish(isComplete: true)
          return false
        }
      }
    } catch {
      fail(error)
      throw error
    }
  }

  /// All rows in one loop, without the questions that ``next()`` has to ask for each.
  @inlinable
  func forEach(_ body: (borrowing Row) throws -> Void) async throws {
    defer { close() }
    guard isOpen else {
      _ = try nextOfNone()
      return
    }
    let row = UnsafePointer(cells.baseAddress.unsafelyUnwrapped)
    let list = Unmanaged.passUnretained(columns)
    while true {
      switch try stepNoting() {
      case .row: try body(Row(unsafeCells: row, count: columnCount, columns: list))
      case .wait: try await waitNoting()
      case .done:
        finish(isComplete: true)
        return
      }
    }
  }

  // Rows that have ended give no more; rows of a lease that has ended are asked for by mistake.
  @usableFromInline
  func nextOfNone() throws(DatabaseError) -> Bool {
    guard isExpired else { return false }
    throw .misuse(
      "the rows were used after the scope that their connection was leased to; read them inside it, "
        + "or collect() them")
  }

  @inlinable
  @inline(__always)
  func stepNoting() throws(DatabaseError) -> RowStep {
    do throws(DatabaseError) { return try driverRows.step(into: cells) } catch {
      fail(error)
      throw error
    }
  }

  @usableFromInline
  func waitNoting() async throws(DatabaseError) {
    do throws(DatabaseError) { try await wait() } catch {
      fail(error)
      throw error
    }
  }

  @inlinable
  var row: Row {
    @_lifetime(borrow self)
    get {
      precondition(hasRow, "there is no current row: next() has not answered true")
      let row = Row(
        unsafeCells: UnsafePointer(cells.baseAddress.unsafelyUnwrapped),
        count: columnCount, columns: .passUnretained(columns))
      return _overrideLifetime(row, borrowing: self)
    }
  }

  @inlinable
  func close() {
    if isOpen { finish(isComplete: readsOnly) }
  }

  /// Runs a statement that may write to its end, without its rows.
  ///
  /// - Throws: what it threw at its end.
  @usableFromInline
  func complete() async throws(DatabaseError) {
    if readsOnly { return close() }
    while try await next() {}
  }

  /// Ends the rows because the lease ends that they were read under. [QUERY-8]
  func expire() {
    close()
    isExpired = true
    // What is asked of the current row is an error then, and no trap: the row has no columns.
    columnCount = 0
    hasRow = true
  }

  @usableFromInline
  func fail(_ error: DatabaseError) {
    session.note(error)
    if isOpen { finish(isComplete: true) }
  }

  @usableFromInline
  func finish(isComplete: Bool) {
    isOpen = false
    hasRow = false
    session.borrower = nil
    if isComplete {
      session.close(driverRows)
    } else {
      session.leaveUnfinished(driverRows)
    }
    lease?.end()
  }

  @usableFromInline
  func wait() async throws(DatabaseError) {
    if Task.isCancelled {
      throw DatabaseError(.cancelled, "the task was cancelled between two rows")
    }
    try await session.awaitRow(of: driverRows)
  }
}
