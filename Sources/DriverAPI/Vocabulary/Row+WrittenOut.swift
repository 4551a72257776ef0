import FoundationEssentials

extension Row {
  /// A column that holds no text, or perhaps none, written as text that says exactly what it holds.
  ///
  /// - Throws: `decoding` for NULL, for bytes, and where there is no such column.
  @usableFromInline
  func writtenOut(_ index: Int) throws(DatabaseError) -> String {
    let cell = try cell(index)
    switch cell.kind {
    case .bool: return cell.bits == 0 ? "false" : "true"
    case .int: return String(Int64(bitPattern: cell.bits))
    case .uint: return String(cell.bits)
    case .double: return Double(bitPattern: cell.bits).exactText
    case .text, .json, .decimal: return String(decoding: cell.borrowedBytes, as: UTF8.self)
    case .untyped: if let text = cell.copiedText { return text }
    case .uuid: return try UUID(from: self, at: index).uuidString.lowercased()
    case .timestamp: return ExtendedCalendar.text(microseconds: Int64(bitPattern: cell.bits))
    case .date: return ExtendedCalendar.text(days: Int64(bitPattern: cell.bits))
    case .null, .bytes: break
    }
    throw mismatch(index, "String")
  }
}

extension Double {
  /// The shortest text that reads back as the same double; what is no number as SQL spells it.
  package var exactText: String {
    if isNaN { return "NaN" }
    if isInfinite { return self > 0 ? "Infinity" : "-Infinity" }
    return description
  }
}
