import DriverAPI
import Logging
import NIOConcurrencyHelpers

/// A row that may hold what this server cannot read, such as a time that is none: it costs that row
/// and not the whole answer.
struct ReadableRow<Content: RowDecodable & Sendable>: RowDecodable, Sendable {
  /// What the row says; nil if it cannot be read.
  var content: Content?
  /// Why not.
  var error: DatabaseError?
  /// What stands in the first column, by which the row can be found.
  var key: Int64?

  init(row: borrowing Row) throws(DatabaseError) {
    do throws(DatabaseError) {
      content = try Content(row: row)
    } catch {
      guard error.kind == .decoding else { throw error }
      self.error = error
      key = try row.decode(0, as: Int64?.self)
    }
  }
}

extension Row {
  /// What stands in a column; nil if that is NULL or cannot be read, where a row without it still counts.
  func readable<T: ColumnDecodable>(
    _ index: Int, as type: T.Type
  ) throws(DatabaseError) -> T? {
    do throws(DatabaseError) {
      return try decode(index, as: T?.self)
    } catch {
      guard error.kind == .decoding else { throw error }
      return nil
    }
  }
}

/// Notes rows that cannot be read, each once.
final class UnreadableRows: Sendable {
  private static let maxCount = 1000

  private let known = NIOLockedValueBox<Set<String>>([])
  private let logger: Logger

  init(_ logger: Logger) {
    self.logger = logger
  }

  /// The rows that can be read.
  func leaveOut<Content>(of table: String, _ rows: [ReadableRow<Content>]) -> [Content] {
    rows.compactMap { row in
      if let error = row.error { note(table, row.key, error) }
      return row.content
    }
  }

  /// Notes a row, once.
  func note(_ table: String, _ key: Int64?, _ error: DatabaseError) {
    let name = "\(table) \(key.map { "\($0)" } ?? "?")"
    let isNew = known.withLockedValue { $0.count < Self.maxCount && $0.insert(name).inserted }
    guard isNew else { return }
    logger.warning(
      "a row cannot be read and is left out",
      metadata: ["row": "\(name)", "reason": "\(error.message)"])
  }
}
