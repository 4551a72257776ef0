/// One step of a schema's life. Once it was released it never changes. [MIG-2]
public struct Migration: Sendable {
  /// Its place in the order; each is larger than the one before.
  public let version: Int
  /// What it does, for people.
  public let name: String
  /// How its statements run. Not part of what must not change.
  public let mode: MigrationMode
  /// Its statements for an engine.
  public let statements: @Sendable (Dialect) -> [String]

  /// A step whose statements depend on the engine only by type names and the like.
  ///
  /// ```swift
  /// let migration = Migration(4, "a date for notes") { dialect in
  ///   [dialect.addingColumn("written \(dialect.typeName(.date))", to: "notes")]
  /// }
  /// ```
  public init(
    _ version: Int, _ name: String, mode: MigrationMode = .inTransaction,
    statements: @escaping @Sendable (Dialect) -> [String]
  ) {
    self.version = version
    self.name = name
    self.mode = mode
    self.statements = statements
  }

  /// A number that changes when the statements do: FNV-1a over them, as 16 hexadecimal digits. It
  /// guards against accidents, not against forgery.
  ///
  /// - Parameter stepCount: over so many statements only; nil for all.
  func checksum(_ dialect: Dialect, first stepCount: Int? = nil) -> String {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for statement in statements(dialect).prefix(stepCount ?? .max) {
      for byte in Array(statement.utf8) + [0] {
        hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3
      }
    }
    let digits = String(hash, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
