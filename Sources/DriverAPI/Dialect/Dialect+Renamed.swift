/// What drivers may still say that were written before a dialect could say more.
extension Dialect {
  /// Read by nothing; ``Capabilities/transactionalDDL`` decides.
  @available(*, deprecated, message: "set Capabilities.transactionalDDL")
  public var hasTransactionalDDL: Bool {
    get { true }
    set {}
  }
}
