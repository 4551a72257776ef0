import DriverAPI

/// A capability and what it means, for tables.
struct CapabilityFact: Sendable {
  let name: String
  let meaning: String
  let flag: Clause.Requirement

  init(_ name: String, _ flag: Clause.Requirement, _ meaning: String) {
    self.name = name
    self.flag = flag
    self.meaning = meaning
  }

  /// Every capability there is, in the order of ``Capabilities``.
  static let all = [
    CapabilityFact(
      "durableStorage", \Capabilities.durableStorage, "Data outlives the last connection."),
    CapabilityFact(
      "concurrentReads", \Capabilities.concurrentReads,
      "Other sessions read while one has a write transaction open."),
    CapabilityFact(
      "concurrentWrites", \Capabilities.concurrentWrites,
      "Several sessions have write transactions open at once."),
    CapabilityFact(
      "transactionalDDL", \Capabilities.transactionalDDL, "DDL is undone by a rollback."),
    CapabilityFact(
      "newTablesAtOnce", \Capabilities.newTablesAtOnce,
      "A table can be used in the transaction that made it."),
    CapabilityFact(
      "unsignedIntegers", \Capabilities.unsignedIntegers, "Integers above `Int64.max`."),
    CapabilityFact("notANumber", \Capabilities.notANumber, "NaN as a value of a double."),
    CapabilityFact("infinities", \Capabilities.infinities, "Infinities as values of a double."),
    CapabilityFact(
      "negativeZero", \Capabilities.negativeZero, "Zero with a minus sign as a value of a double."),
    CapabilityFact("nulInText", \Capabilities.nulInText, "NUL inside text."),
    CapabilityFact(
      "matchedRowCounts", \Capabilities.matchedRowCounts,
      "The count of an update is that of the rows it matched, not of those it changed."),
    CapabilityFact(
      "upserts", \Capabilities.upserts, "Rows are inserted, or else changed or left alone."),
    CapabilityFact(
      "violationDetails", \Capabilities.violationDetails,
      "Violations tell the constraint, the table or the column."),
    CapabilityFact(
      "deadlockDetection", \Capabilities.deadlockDetection,
      "The server finds deadlocks between sessions by itself."),
    CapabilityFact(
      "weakIsolation", \Capabilities.weakIsolation,
      "Isolation below serializable has its own behaviour."),
    CapabilityFact(
      "networkSession", \Capabilities.networkSession,
      "An existing session notices when the server goes away."),
    CapabilityFact(
      "socketAccess", \Capabilities.socketAccess,
      "TCP watches over sessions, and the end of an idle one is known without a question."),
    CapabilityFact(
      "severalHosts", \Capabilities.severalHosts,
      "URLs name several servers of one database, and which of them is meant."),
    CapabilityFact(
      "nativePing", \Capabilities.nativePing, "A call that asks whether the server is there."),
    CapabilityFact(
      "nativeBulkInsert", \Capabilities.nativeBulkInsert, "A bulk insert of the engine's own."),
    CapabilityFact(
      "nativeBatch", \Capabilities.nativeBatch, "A batch of statements in one round trip."),
    CapabilityFact(
      "nativeBatchInTransaction", \Capabilities.nativeBatchInTransaction,
      "The same inside a transaction, with its savepoint."),
    CapabilityFact(
      "notifications", \Capabilities.notifications, "Sessions are told of what others announce."),
  ]
}

/// A kind of column and how tables call it.
struct ColumnKind: Sendable {
  let name: String
  let meaning: String
  let type: ColumnType

  /// Every kind there is, in the order of `ColumnType`.
  static let all = [
    ColumnKind(name: "id", meaning: "A key that the engine counts up.", type: .id),
    ColumnKind(name: "bool", meaning: "A truth value.", type: .bool),
    ColumnKind(name: "int", meaning: "A signed 64-bit integer.", type: .int),
    ColumnKind(name: "double", meaning: "A double.", type: .double),
    ColumnKind(name: "text", meaning: "Text of any length.", type: .text),
    ColumnKind(
      name: "key", meaning: "Text that can be a key, here of 100 characters.",
      type: .key(maxLength: 100)),
    ColumnKind(name: "bytes", meaning: "Bytes of any length.", type: .bytes),
    ColumnKind(
      name: "timestamp", meaning: "An instant to the microsecond, in UTC.", type: .timestamp),
    ColumnKind(name: "date", meaning: "A calendar date.", type: .date),
    ColumnKind(name: "uuid", meaning: "A UUID.", type: .uuid),
    ColumnKind(
      name: "decimal", meaning: "An exact decimal, here of 38 digits, 10 behind the point.",
      type: .decimal(precision: 38, scale: 10)),
    ColumnKind(name: "json", meaning: "JSON.", type: .json),
  ]
}
