/// The rows of a query, each decoded into an `Element`.
///
/// ```swift
/// for try await (id, name) in try await db.query(sql, as: (Int64, String).self) { … }
/// ```
public struct TypedRows<Element>: AsyncSequence {
  /// Decodes the current row.
  @usableFromInline typealias Decode = (borrowing Row) throws(DatabaseError) -> Element

  @usableFromInline let cursor: RowCursor
  @usableFromInline let decode: Decode

  @inlinable
  init(_ rows: consuming Rows, _ decode: @escaping Decode) {
    self.cursor = rows.release()
    self.decode = decode
  }

  /// The columns, known even when there are no rows. [QUERY-1]
  public var columns: ColumnList { cursor.columns }

  /// Steps and decodes.
  public func makeAsyncIterator() -> Iterator { Iterator(cursor, decode) }

  /// Ends the query before its rows are read to the end.
  ///
  /// Leaving a loop over them does so too. A statement that may write is run to its end.
  @inlinable
  public func close() { cursor.close() }

  /// All elements, in order. Holds them in memory: for results that are known to be small.
  ///
  /// - Throws: ``DatabaseError``.
  @inlinable
  public func collect() async throws(DatabaseError) -> [Element] {
    var elements: [Element] = []
    defer { cursor.close() }
    while try await cursor.next() {
      do throws(DatabaseError) { elements.append(try decode(cursor.row)) } catch {
        // It is told as completed, and so it has to be.
        try await cursor.complete()
        throw error.inAnswer
      }
    }
    return elements
  }

  /// Steps through the rows.
  public struct Iterator: AsyncIteratorProtocol {
    @usableFromInline let cursor: RowCursor
    @usableFromInline let decode: Decode
    private let loop: RowLoop

    @usableFromInline
    init(_ cursor: RowCursor, _ decode: @escaping Decode) {
      self.cursor = cursor
      self.decode = decode
      loop = RowLoop(cursor)
    }

    /// The next element, or nil when there are no more rows.
    ///
    /// A column that does not fit is thrown as `decoding`; the rows stay usable. [ROW-1]
    @inlinable
    public mutating func next() async throws(DatabaseError) -> Element? {
      guard try await cursor.next() else { return nil }
      do throws(DatabaseError) { return try decode(cursor.row) } catch {
        // A write is told as completed, and so it has to be; the other rows of a query stay usable.
        if !cursor.readsOnly { try await cursor.complete() }
        throw error.inAnswer
      }
    }

    /// The next element, on the caller's executor.
    @inlinable
    public mutating func next(
      isolation actor: isolated (any Actor)?
    ) async throws(DatabaseError) -> Element? {
      guard try await cursor.next() else { return nil }
      do throws(DatabaseError) { return try decode(cursor.row) } catch {
        // A write is told as completed, and so it has to be; the other rows of a query stay usable.
        if !cursor.readsOnly { try await cursor.complete() }
        throw error.inAnswer
      }
    }
  }
}

/// Ends rows when the loop over them is left, also where the rows themselves have a name that lives on.
/// [QUERY-3]
private final class RowLoop {
  private let cursor: RowCursor

  init(_ cursor: RowCursor) {
    self.cursor = cursor
  }

  deinit {
    cursor.close()
  }
}
