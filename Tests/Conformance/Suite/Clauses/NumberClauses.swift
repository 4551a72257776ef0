import DriverAPI

private let doubles: [Double] = [
  0, 1, -1, 0.1, -0.1, 1.0 / 3, 1e-300, 1e300, 123_456.789, .pi, .greatestFiniteMagnitude,
  -.greatestFiniteMagnitude, .leastNormalMagnitude, 9_007_199_254_740_992, 1.0000000000000002,
]

let numberClauses = [
  Clause("TYPE-1", "Integers come back whole, at both ends of every size.") { context in
    let db = try await context.open()
    try await db.expectRoundTrip(of: [Int8.min, -1, 0, 1, Int8.max], in: "int")
    try await db.expectRoundTrip(of: [Int16.min, 0, Int16.max], in: "int")
    try await db.expectRoundTrip(of: [Int32.min, 0, Int32.max], in: "int")
    try await db.expectRoundTrip(of: [Int64.min, Int64.min + 1, 0, Int64.max], in: "int")
    try await db.expectRoundTrip(of: [UInt8.max, 0], in: "int")
    try await db.expectRoundTrip(of: [UInt32.max, 0], in: "int")
  },

  Clause("TYPE-1", "Truth values and NULL come back as they are.") { context in
    let db = try await context.open()
    try await db.expectRoundTrip(of: [true, false, nil] as [Bool?], in: "bool")
    try await db.expectRoundTrip(of: [1, nil, 0] as [Int?], in: "int")
    try await db.expectRoundTrip(of: [0, nil] as [Double?], in: "double")
  },

  Clause("TYPE-1", "Doubles come back to the last bit, and floats with them.") { context in
    let db = try await context.open()
    try await db.expectRoundTrip(of: doubles, in: "double") { $0.bitPattern == $1.bitPattern }
    let floats: [Float] = [0, 0.1, -0.1, .pi, .greatestFiniteMagnitude, .leastNormalMagnitude]
    try await db.expectRoundTrip(of: floats, in: "double") { $0.bitPattern == $1.bitPattern }
  },

  Clause("TYPE-1", "Generated numbers come back equal.") { context in
    let db = try await context.open()
    try await withSeed { generator in
      let integers = (0..<100).map { _ in
        Int64(bitPattern: generator.next()) >> generator.next() % 64
      }
      try await db.expectRoundTrip(of: integers, in: "int")
      let doubles = (0..<100).map { _ in Double(bitPattern: generator.next()) }
        .filter { $0.isNormal }
      try await db.expectRoundTrip(of: doubles, in: "double") { $0.bitPattern == $1.bitPattern }
    }
  },

  Clause(
    "TYPE-1", "Negative zero comes back with its sign, or as zero.", needs: \.negativeZero,
    otherwise: { context in
      let db = try await context.open()
      try await db.expectRoundTrip(of: [-0.0, 0.0], in: "double") { $0.bitPattern == 0 && $0 == $1 }
    }
  ) { context in
    let db = try await context.open()
    try await db.expectRoundTrip(of: [-0.0, 0.0], in: "double") { $0.bitPattern == $1.bitPattern }
  },

  Clause(
    "TYPE-1", "NaN comes back as NaN, or is refused before it is sent.", needs: \.notANumber,
    otherwise: { context in try await expectRefused(Double.nan, "double", context) }
  ) { context in
    let db = try await context.open()
    try await db.expectRoundTrip(of: [Double.nan], in: "double") { $0.isNaN && $1.isNaN }
    try await db.expectRoundTrip(of: [Float.nan], in: "double") { $0.isNaN && $1.isNaN }
  },

  Clause(
    "TYPE-1", "Infinities come back, or are refused before they are sent.", needs: \.infinities,
    otherwise: { context in try await expectRefused(Double.infinity, "double", context) }
  ) { context in
    let db = try await context.open()
    try await db.expectRoundTrip(of: [Double.infinity, -.infinity], in: "double")
  },

  Clause(
    "TYPE-1", "Integers above the largest signed one come back, or are refused before sending.",
    needs: \.unsignedIntegers,
    otherwise: { context in try await expectRefused(UInt64.max, "int", context) }
  ) { context in
    let db = try await context.open()
    for value in [UInt64(Int64.max) + 1, UInt64.max] {
      let read = try await db.single("SELECT \(value)", as: UInt64.self)
      try expectEqual(read, value, "the integer")
    }
  },
]

/// What an engine cannot hold is `unsupported`, and nothing is stored.
func expectRefused(
  _ value: some ValueConvertible, _ type: String, _ context: ConformanceContext
) async throws {
  let db = try await context.open()
  try await db.createTable("kept", "id {int} NOT NULL PRIMARY KEY, x {\(type)}")
  try await expectRefusal(.unsupported, "a value the engine cannot hold") {
    try await db.exec("INSERT INTO kept (id, x) VALUES (?, ?)", 1, value)
  }
  try expectEqual(try await db.rowCount(of: "kept"), 0, "rows stored")
  try await db.exec("INSERT INTO kept (id, x) VALUES (1, NULL)")
}
