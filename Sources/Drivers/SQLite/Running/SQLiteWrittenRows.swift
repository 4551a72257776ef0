import DriverAPI

/// The rows of a statement that writes and commits by itself, as INSERT … RETURNING, read ahead of the
/// application.
///
/// SQLite makes all changes before the first row and commits behind the last. There a lock can be met,
/// and the changes are undone then: the whole statement has to run once more, which is possible only
/// while no row was handed out. So rows are read ahead to the end, as far as a limit allows. What
/// follows is read as it is asked for, and a lock at that end is told instead of waited for.
///
/// One object for all executions of its statement.
final class SQLiteWrittenRows: DriverRows {
  // Rows of 100 bytes: ten thousand of them.
  private static let capacity = 1 << 20

  private unowned let statement: SQLiteStatement
  private var cells: [Cell] = []
  // What the cells of text and bytes hold, one behind the other; their `bits` say where.
  private var storage = UnsafeMutableRawBufferPointer(start: nil, count: 0)
  private var used = 0
  private var next = 0
  private var isAtEnd = false

  init(of statement: SQLiteStatement) {
    self.statement = statement
  }

  deinit {
    storage.deallocate()
  }

  var columns: ColumnList { statement.columns }

  /// Whether as many rows were read ahead as are held in memory.
  var isFull: Bool { used + cells.count * MemoryLayout<Cell>.stride >= Self.capacity }

  /// Forgets the rows of an earlier execution, or of one that has to begin again.
  func removeAll() {
    cells.removeAll(keepingCapacity: true)
    used = 0
    next = 0
    isAtEnd = false
  }

  /// Adds the row at which the statement stands.
  func append() {
    for index in 0..<statement.columnCount {
      cells.append(keep(SQLiteStatement.cell(statement.value(at: index))))
    }
  }

  /// The statement has come to its end, and what it wrote is stored.
  func end() { isAtEnd = true }

  func step(into target: UnsafeMutableBufferPointer<Cell>) throws(DatabaseError) -> RowStep {
    guard next < cells.count else { return isAtEnd ? .done : try statement.step(into: target) }
    for index in 0..<statement.columnCount { target[index] = located(cells[next + index]) }
    next += statement.columnCount
    return .row
  }

  func wait() async throws(DatabaseError) { try await statement.wait() }

  func close() {
    if !isAtEnd { statement.close() }
    if storage.count > 1 << 16 {
      storage.deallocate()
      storage = UnsafeMutableRawBufferPointer(start: nil, count: 0)
      cells = []
    }
    removeAll()
  }

  private func keep(_ cell: Cell) -> Cell {
    guard cell.kind == .text || cell.kind == .bytes else { return cell }
    let count = Int(cell.count)
    let source = UnsafeRawPointer(bitPattern: UInt(cell.bits))
    var kept = cell
    kept.bits = UInt64(used)
    guard count > 0, let source else { return kept }
    makeRoom(for: count)
    UnsafeMutableRawBufferPointer(rebasing: storage[used..<used + count])
      .copyMemory(from: UnsafeRawBufferPointer(start: source, count: count))
    used += count
    return kept
  }

  private func located(_ cell: Cell) -> Cell {
    guard cell.kind == .text || cell.kind == .bytes else { return cell }
    var located = cell
    located.bits = cell.count == 0 ? 0 : UInt64(UInt(bitPattern: storage.baseAddress)) + cell.bits
    return located
  }

  private func makeRoom(for count: Int) {
    guard used + count > storage.count else { return }
    let larger = UnsafeMutableRawBufferPointer.allocate(
      byteCount: max(256, storage.count * 2, used + count), alignment: 1)
    larger.copyMemory(from: UnsafeRawBufferPointer(rebasing: storage[..<used]))
    storage.deallocate()
    storage = larger
  }
}
