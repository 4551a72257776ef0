/// One column of a copied table: what its values are taken for, on either side, and what the target's
/// column holds of that.
struct CopyColumn: Sendable {
  /// What values are taken for.
  enum Kind: String, Sendable {
    case bool, int, double, single, decimal, text, bytes, timestamp, date, uuid, json
    /// Of a type that is known to the engine alone: its text is handed on.
    case other
    /// Between two columns that hold any value: each is what it says it is.
    case asIs
  }

  /// The name in the source, and the one in the target: they can differ in their letters' case.
  let source: String
  let target: String
  let kind: Kind
  /// What the type of the target's column says.
  let limits: CopyLimits
  /// Whether all values of the source's column are of one type. Where not, one that is of another kind than
  /// the target's column is a mistake in the data, and not a decision about the schema.
  let isUniform: Bool
  /// What the target cannot hold in any column.
  let lacks: Capabilities

  /// - Parameters:
  ///   - source: the column in the source, and the rules of its engine.
  ///   - target: the column in the target, and what its engine is and can do.
  init(
    _ source: TableColumn, _ sourceRules: ColumnTypeRules, _ target: TableColumn,
    _ targetServer: ServerFacts
  ) {
    let targetRules = targetServer.dialect.columnTypes
    self.source = source.name
    self.target = target.name
    isUniform = sourceRules.areStrict
    lacks = targetServer.capabilities
    if targetRules.areStrict {
      let type = CopyType(target.typeName, targetRules)
      kind = type.kind
      limits = type.limits
    } else if sourceRules.areStrict {
      kind = CopyType(source.typeName, sourceRules).kind
      limits = CopyLimits()
    } else {
      kind = .asIs
      limits = CopyLimits()
    }
  }
}

/// What a column keeps of its kind of values; what is nil has no limit, or one that the engine itself watches over.
struct CopyLimits: Sendable, Hashable {
  /// Of integers.
  var integers: ClosedRange<Int64>?
  /// Of integers that have no sign.
  var maxUnsigned: UInt64?
  /// Of text, in Unicode scalars. Engines cut blanks that are beyond it without a word.
  var maxLength: Int?
  /// Digits of a decimal before the point.
  var wholeDigits: Int?
  /// Digits of a decimal behind the point, and of the second of an instant. Engines round what is beyond them.
  var fractionDigits: Int?
}

/// What the name of a type says.
struct CopyType {
  var kind: CopyColumn.Kind
  var limits = CopyLimits()

  private static let kinds: [String: CopyColumn.Kind] = [
    "bool": .bool, "boolean": .bool,
    "tinyint": .int, "smallint": .int, "mediumint": .int, "int": .int, "integer": .int,
    "bigint": .int, "int2": .int, "int4": .int, "int8": .int,
    "double": .double, "float8": .double, "float": .double, "real": .single, "float4": .single,
    "numeric": .decimal, "decimal": .decimal, "dec": .decimal, "number": .decimal,
    "char": .text, "character": .text, "varchar": .text, "varchar2": .text, "nchar": .text,
    "nvarchar": .text, "text": .text, "tinytext": .text, "mediumtext": .text, "longtext": .text,
    "clob": .text, "nclob": .text, "citext": .text, "bpchar": .text, "name": .text,
    "blob": .bytes, "tinyblob": .bytes, "mediumblob": .bytes, "longblob": .bytes,
    "binary": .bytes, "varbinary": .bytes, "bytea": .bytes,
    "timestamp": .timestamp, "datetime": .timestamp, "timestamptz": .timestamp,
    "date": .date, "uuid": .uuid, "uniqueidentifier": .uuid, "json": .json, "jsonb": .json,
  ]

  private static let bits: [String: Int] = [
    "tinyint": 8, "smallint": 16, "int2": 16, "mediumint": 24, "int": 32, "integer": 32,
    "int4": 32, "bigint": 64, "int8": 64,
  ]

  init(_ name: String, _ rules: ColumnTypeRules) {
    let name = IdentifierFolding.lower.folded(name)
    let words = name.pieces(omittingEmpty: true) {
      !SQLByte.isWord($0)
    }
    let first = words.first ?? ""
    // An array of such values is of another type.
    let isArray = name.utf8.contains(UInt8(ascii: "["))
    // Firebird's long texts are BLOB SUB_TYPE TEXT.
    let isTextBlob = first == "blob" && words.contains("text")
    kind = isArray ? .other : isTextBlob ? .text : Self.kinds[first] ?? .other
    let numbers = Self.numbers(in: name)
    switch kind {
    case .int: limits(bits: Self.bits[first] ?? 64, isUnsigned: words.contains("unsigned"))
    case .double where first == "float" && (rules.floatIsSingle && numbers.isEmpty): kind = .single
    case .decimal:
      // Without any digits it is a type of any precision, or of the engine's own choice.
      guard let precision = numbers.first else { break }
      let scale = numbers.count > 1 ? numbers[1] : 0
      (limits.wholeDigits, limits.fractionDigits) = (precision - scale, scale)
    case .text: limits.maxLength = numbers.first
    case .timestamp: limits.fractionDigits = numbers.first ?? rules.fractionDigits
    default: break
    }
  }

  private mutating func limits(bits: Int, isUnsigned: Bool) {
    if isUnsigned {
      limits.maxUnsigned = bits == 64 ? .max : UInt64(1) << UInt64(bits) - 1
    } else {
      let most = Int64.max >> Int64(64 - bits)
      limits.integers = -most - 1...most
    }
  }

  /// What stands between the first parentheses, if these are numbers.
  private static func numbers(in name: String) -> [Int] {
    guard let open = name.utf8.firstIndex(of: UInt8(ascii: "(")),
      let end = name.utf8[open...].firstIndex(of: UInt8(ascii: ")"))
    else { return [] }
    return String(name[name.utf8.index(after: open)..<end])
      .pieces { $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: " ") }.compactMap { Int($0) }
  }
}
