/// The state behind ``Rows`` and ``TypedRows``: an open query, its session, and its lease.
@usableFromInline
final class RowCursor {
  @usableFromInline let columns: ColumnList
  @usableFromInline let driverRows: any DriverRows
  @usableFromInline let cells: UnsafeMutableBufferPointer<Cell>
  @usableFromInline let columnCount: Int
  @usableFromInline var isOpen = true
  @usableFromInline var hasRow = false
  private let session: Session
  private let lease: Lease?

  init(_ driverRows: any DriverRows, _ session: Session, _ lease: Lease?) {
    self.driverRows = driverRows
    self.session = session
    self.lease = lease
    let columns = driverRows.columns
    self.columns = columns
    columnCount = columns.count
    cells = session.cells
  }

  deinit {
    close()
  }

  @inlinable
  func next() async throws(DatabaseError) -> Bool {
    guard isOpen else { return false }
    do throws(DatabaseError) {
      while true {
        switch try driverRows.step(into: cells) {
        case .row:
          hasRow = true
          return true
        case .wait:
          try await wait()
        case .done:
          close()
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
    guard isOpen else { return }
    let row = UnsafePointer(cells.baseAddress.unsafelyUnwrapped)
    let list = Unmanaged.passUnretained(columns)
    while true {
      switch try stepNoting() {
      case .row: try body(Row(unsafeCells: row, count: columnCount, columns: list))
      case .wait: try await waitNoting()
      case .done: return
      }
    }
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
    if isOpen { finish() }
  }

  @usableFromInline
  func fail(_ error: DatabaseError) {
    session.note(error)
    close()
  }

  @usableFromInline
  func finish() {
    isOpen = false
    hasRow = false
    session.close(driverRows)
    lease?.end()
  }

  @usableFromInline
  func wait() async throws(DatabaseError) {
    if Task.isCancelled {
      throw DatabaseError(.cancelled, "the task was cancelled between two rows")
    }
    try await driverRows.wait()
  }
}
