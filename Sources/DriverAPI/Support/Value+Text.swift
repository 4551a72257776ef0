import FoundationEssentials

extension Value {
  /// The value as text in which every engine reads it, for the kinds that are written as text where
  /// a client library has no better form; nil for NULL, truth values, signed integers, doubles and
  /// bytes.
  ///
  /// A UUID in lower case, an instant in UTC as `YYYY-MM-DD HH:MM:SS.ffffff`, a date as `YYYY-MM-DD`, a
  /// number without exponent.
  public var text: String? {
    switch self {
    case .text(let text), .json(let text): text
    case .uuid(let uuid): uuid.uuidString.lowercased()
    case .timestamp(let timestamp): timestamp.description
    case .date(let date): date.description
    case .decimal(let decimal): decimal.description
    case .uint(let integer): "\(integer)"
    case .null, .bool, .int, .double, .bytes: nil
    }
  }
}
