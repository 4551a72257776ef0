import DriverAPI

/// In which kinds of columns a statement stores its parameters.
struct SQLiteParameterStorage {
  private typealias Place = SQLiteValueFlow.Place

  private var affinities: [Int: SQLiteAffinities] = [:]

  /// Those of the columns that the parameter of that number, from 1, is stored in.
  func affinities(of parameter: Int) -> SQLiteAffinities { affinities[parameter] ?? .none }

  /// A bit for every parameter, by its number modulo 64, that is stored in a column of text.
  var parametersInText: UInt64 {
    affinities.reduce(into: 0) { bits, entry in
      if entry.value.contains(.text) { bits |= 1 << UInt64(entry.key & 63) }
    }
  }

  /// Reads them off the statement's program.
  init(_ text: StatementText, _ connection: SQLiteConnection) throws(DatabaseError) {
    let program = try connection.program(of: text)
    let flow = SQLiteValueFlow(program)
    let applied = try Self.applied(program, connection)
    let stored = Self.storedRecords(program)
    for step in program where step.opcode == "MakeRecord" {
      guard stored.contains(Place(program: step.program, number: step.p3)) else { continue }
      let letters = Array(step.p4.utf8)
      for index in 0..<step.p2 {
        let register = Place(program: step.program, number: step.p1 + index)
        guard let parameters = flow.registers[register] else { continue }
        var affinity = applied[register] ?? .none
        if index < letters.count { affinity.formUnion(SQLiteAffinities(letter: letters[index])) }
        for parameter in parameters {
          affinities[parameter, default: .none].formUnion(affinity)
        }
      }
    }
  }

  /// The registers whose records go into a table or an index of the schema.
  private static func storedRecords(_ program: [SQLiteInstruction]) -> Set<Place> {
    let tables = Set(
      program.filter { $0.opcode == "OpenWrite" }.map { Place(program: $0.program, number: $0.p1) })
    let inserts = program.filter { step in
      (step.opcode == "Insert" || step.opcode == "IdxInsert")
        && tables.contains(Place(program: step.program, number: step.p1))
    }
    return Set(inserts.map { Place(program: $0.program, number: $0.p2) })
  }

  /// What is made of registers before their record is made, as where a table has a check.
  private static func applied(
    _ program: [SQLiteInstruction], _ connection: SQLiteConnection
  ) throws(DatabaseError) -> [Place: SQLiteAffinities] {
    var applied: [Place: SQLiteAffinities] = [:]
    for step in program {
      let kinds: [SQLiteAffinities]
      switch step.opcode {
      case "Affinity": kinds = step.p4.utf8.map { SQLiteAffinities(letter: $0) }
      case "TypeCheck": kinds = try connection.strictTypes(of: step.p4)
      default: continue
      }
      for (index, kind) in kinds.prefix(step.p2).enumerated() {
        let register = Place(program: step.program, number: step.p1 + index)
        applied[register, default: .none].formUnion(kind)
      }
    }
    var hasChanged = true
    while hasChanged { hasChanged = passOn(&applied, program) }
    return applied
  }

  /// What was made of a register its copies show too; false if nothing is new.
  private static func passOn(
    _ applied: inout [Place: SQLiteAffinities], _ program: [SQLiteInstruction]
  ) -> Bool {
    var hasChanged = false
    for step in program {
      for (source, target) in step.copies {
        guard let made = applied[Place(program: step.program, number: source)] else { continue }
        let target = Place(program: step.program, number: target)
        if applied[target]?.isSuperset(of: made) ?? false { continue }
        applied[target, default: .none].formUnion(made)
        hasChanged = true
      }
    }
    return hasChanged
  }
}

extension SQLiteConnection {
  /// The kinds of the columns of a STRICT table that are stored, in order.
  fileprivate func strictTypes(of table: String) throws(DatabaseError) -> [SQLiteAffinities] {
    // A column that is computed when it is read is not stored, and has 2.
    try texts("SELECT type FROM pragma_table_xinfo(?1) WHERE hidden <> 2 ORDER BY cid", [table])
      .map { SQLiteAffinities(strictType: $0[0] ?? "") }
  }
}
