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
  @inlinable
  public func makeAsyncIterator() -> Iterator { Iterator(cursor, decode) }

  /// All elements, in order. Holds them in memory: for results that are known to be small.
  ///
  /// - Throws: ``DatabaseError``.
  @inlinable
  public func collect() async throws(DatabaseError) -> [Element] {
    var elements: [Element] = []
    defer { cursor.close() }
    while try await cursor.next() {
      do throws(DatabaseError) { elements.append(try decode(cursor.row)) } catch {
        throw error.inAnswer
      }
    }
    return elements
  }

  /// Steps through the rows.
  public struct Iterator: AsyncIteratorProtocol {
    @usableFromInline let cursor: RowCursor
    @usableFromInline let decode: Decode

    @inlinable
    init(_ cursor: RowCursor, _ decode: @escaping Decode) {
      self.cursor = cursor
      self.decode = decode
    }

    /// The next element, or nil when there are no more rows.
    ///
    /// A column that does not fit is thrown as `decoding`; the rows stay usable. [ROW-1]
    @inlinable
    public mutating func next() async throws(DatabaseError) -> Element? {
      guard try await cursor.next() else { return nil }
      do throws(DatabaseError) { return try decode(cursor.row) } catch { throw error.inAnswer }
    }

    /// The next element, on the caller's executor.
    @inlinable
    public mutating func next(
      isolation actor: isolated (any Actor)?
    ) async throws(DatabaseError) -> Element? {
      guard try await cursor.next() else { return nil }
      do throws(DatabaseError) { return try decode(cursor.row) } catch { throw error.inAnswer }
    }
  }
}
