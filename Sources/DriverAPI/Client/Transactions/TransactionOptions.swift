/// How a transaction is begun.
public struct TransactionOptions: Sendable, Hashable {
  /// What the transaction sees of others; nil is the engine's default.
  public var isolation: IsolationLevel?
  /// Whether the server refuses writes in it.
  public var isReadOnly: Bool

  /// Options; without arguments, a read-write transaction at the engine's default level.
  public init(isolation: IsolationLevel? = nil, isReadOnly: Bool = false) {
    self.isolation = isolation
    self.isReadOnly = isReadOnly
  }

  /// A transaction that only reads, on a reading connection where the engine has one.
  public static var readOnly: TransactionOptions { TransactionOptions(isReadOnly: true) }
}
