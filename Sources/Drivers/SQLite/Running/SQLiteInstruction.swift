import DriverAPI

/// One instruction of a statement's program, as EXPLAIN lists it.
struct SQLiteInstruction {
  /// 0 for the statement itself, 1 and so on for the triggers it fires.
  let program: Int
  let opcode: String
  let p1: Int
  let p2: Int
  let p3: Int
  let p4: String

  /// The registers that it copies to others.
  var copies: [(source: Int, target: Int)] {
    switch opcode {
    case "SCopy", "IntCopy": [(p1, p2)]
    case "Copy": (0...max(p3, 0)).map { (p1 + $0, p2 + $0) }
    case "Move": (0..<max(p3, 0)).map { (p1 + $0, p2 + $0) }
    default: []
    }
  }
}

extension SQLiteConnection {
  /// The program of a statement, with those of its triggers.
  func program(of text: StatementText) throws(DatabaseError) -> [SQLiteInstruction] {
    var program = -1
    return try texts("EXPLAIN " + text.text).map { row in
      func number(_ index: Int) -> Int { row[index].flatMap { Int($0) } ?? 0 }
      // Each begins at address 0 again.
      if number(0) == 0 { program += 1 }
      return SQLiteInstruction(
        program: program, opcode: row[1] ?? "", p1: number(2), p2: number(3), p3: number(4),
        p4: row[5] ?? "")
    }
  }
}
