import DriverAPI

/// Which registers of a statement's program, and which columns of its temporary tables, hold which
/// parameters.
///
/// SQLite does not tell for which column a parameter is meant, only by what program it runs the
/// statement. Values are followed where they are copied; where one is computed from them, as by `? + 1`,
/// the application has asked for that. The order of instructions is not looked at, so that a register
/// that is used twice holds both: the answer can only name too many.
struct SQLiteValueFlow {
  /// A register or a cursor of one program.
  struct Place: Hashable {
    var program: Int
    var number: Int
  }

  typealias Parameters = Set<Int>

  private static let argumentLimit = 8

  private(set) var registers: [Place: Parameters] = [:]
  // Records in registers, and the rows of temporary tables, by column.
  private var records: [Place: [Int: Parameters]] = [:]
  private var rows: [Place: [Int: Parameters]] = [:]
  private var temporary: Set<Place> = []
  // The cursors that show the record in a register.
  private var shown: [Place: Place] = [:]
  // Where the registers begin that a program hands to triggers.
  private var handed: Set<Place> = []
  private var hasChanged = true

  init(_ instructions: [SQLiteInstruction]) {
    while hasChanged {
      hasChanged = false
      for instruction in instructions { follow(instruction) }
    }
  }

  private mutating func follow(_ step: SQLiteInstruction) {
    func place(_ number: Int) -> Place { Place(program: step.program, number: number) }
    switch step.opcode {
    case "Variable": add([step.p1], to: place(step.p2))
    case "SCopy", "IntCopy", "Copy", "Move":
      for (source, target) in step.copies { copy(place(source), to: place(target)) }
    case "Function", "PureFunc":
      // These answer with one of their arguments; how many there are is not listed.
      guard ["max(", "min(", "nullif("].contains(where: step.p4.hasPrefix) else { return }
      for index in 0..<Self.argumentLimit { copy(place(step.p2 + index), to: place(step.p3)) }
    case "Program": if handed.insert(place(step.p1)).inserted { hasChanged = true }
    case "Param":
      for base in handed {
        copy(Place(program: base.program, number: base.number + step.p1), to: place(step.p2))
      }
    default: followRecord(step)
    }
  }

  private mutating func followRecord(_ step: SQLiteInstruction) {
    func place(_ number: Int) -> Place { Place(program: step.program, number: number) }
    switch step.opcode {
    case "OpenEphemeral", "OpenAutoindex", "SorterOpen": temporary.insert(place(step.p1))
    case "OpenDup":
      temporary.insert(place(step.p1))
      add(rows[place(step.p2)], to: place(step.p1), in: \.rows)
    case "OpenPseudo": shown[place(step.p1)] = place(step.p2)
    case "MakeRecord":
      for index in 0..<step.p2 {
        guard let parameters = registers[place(step.p1 + index)] else { continue }
        add([index: parameters], to: place(step.p3), in: \.records)
      }
    case "Insert", "IdxInsert", "SorterInsert":
      guard temporary.contains(place(step.p1)) else { return }
      add(records[place(step.p2)], to: place(step.p1), in: \.rows)
    case "SorterData", "RowData":
      add(rows[place(step.p1)], to: place(step.p2), in: \.records)
    case "Column":
      let row = shown[place(step.p1)].flatMap { records[$0] } ?? rows[place(step.p1)]
      if let parameters = row?[step.p2] { add(parameters, to: place(step.p3)) }
    default: break
    }
  }

  private mutating func copy(_ source: Place, to target: Place) {
    if let parameters = registers[source] { add(parameters, to: target) }
  }

  private mutating func add(_ parameters: Parameters, to target: Place) {
    if registers[target]?.isSuperset(of: parameters) ?? false { return }
    registers[target, default: []].formUnion(parameters)
    hasChanged = true
  }

  private mutating func add(
    _ columns: [Int: Parameters]?, to target: Place,
    in part: WritableKeyPath<SQLiteValueFlow, [Place: [Int: Parameters]]>
  ) {
    for (column, parameters) in columns ?? [:] {
      if self[keyPath: part][target]?[column]?.isSuperset(of: parameters) ?? false { continue }
      self[keyPath: part][target, default: [:]][column, default: []].formUnion(parameters)
      hasChanged = true
    }
  }
}
