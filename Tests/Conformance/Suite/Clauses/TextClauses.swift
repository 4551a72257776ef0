import DriverAPI

let textClauses = [
  Clause("TYPE-2", "Text comes back scalar by scalar, and empty is not null.") { context in
    let db = try await context.open()
    let texts = [
      "", " ", "a", "'", "\"", "\\", "%", "a\nb\r\n\tc", "Grüße", "ελληνικά", "中文", "日本語", "🌍",
      "👩‍👩‍👧‍👦", "e\u{301}", "\u{e9}", "\u{1112}\u{1161}\u{11ab}", "\u{202e}abc", "\u{feff}x",
      "\u{fffd}", "\u{ffff}", "\u{10000}", "\u{10ffff}", "NULL", "0", "-- ?", "$1 ? :x",
    ]
    try await db.expectRoundTrip(of: texts, in: "text") { $0.utf8.elementsEqual($1.utf8) }
    try await db.expectRoundTrip(of: ["", nil, "x"] as [String?], in: "text")
    try await db.expectRoundTrip(of: ["", "abc", "Ä ü"], in: "key")
  },

  Clause("TYPE-2", "Combining marks are neither composed nor decomposed.") { context in
    let db = try await context.open()
    try await db.createTable("marks", "id {int} NOT NULL PRIMARY KEY, x {key}")
    try await db.insertRows("marks", ["id", "x"], [[1, "e\u{301}"], [2, "\u{e9}"]])
    let found = try await db.query(
      "SELECT id FROM marks WHERE x = \("\u{e9}")", as: Int.self
    ).collect()
    try expectEqual(found, [2], "rows that equal the composed form")
  },

  Clause("TYPE-2", "Every plane of Unicode comes back.") { context in
    let db = try await context.open()
    let texts = (0...16).map { plane in
      String(
        String.UnicodeScalarView(
          stride(from: UInt32(plane << 16 | 0x20), through: UInt32(plane << 16 | 0xffff), by: 97)
            .compactMap(Unicode.Scalar.init)))
    }
    try await db.expectRoundTrip(of: texts, in: "text") { $0.utf8.elementsEqual($1.utf8) }
  },

  Clause("TYPE-2", "One MiB of text comes back.") { context in
    let db = try await context.open()
    let text = String(repeating: "0123456789abcdé\n", count: 1 << 16)
    try expect(text.utf8.count >= 1 << 20, "the text is too short")
    try await db.expectRoundTrip(of: [text, String(text.dropLast())], in: "text") {
      $0.utf8.elementsEqual($1.utf8)
    }
  },

  Clause(
    "TYPE-2", "NUL in text is stored, or refused before sending.", needs: \.nulInText,
    otherwise: { context in try await expectRefused("a\0b", "text", context) }
  ) { context in
    let db = try await context.open()
    try await db.expectRoundTrip(of: ["a\0b", "\0", "\0\0a", "a\0"], in: "text")
  },

  Clause("TYPE-2", "Generated texts come back equal.") { context in
    let db = try await context.open()
    try await withSeed { generator in
      var texts: [String] = []
      for _ in 0..<60 {
        let scalars = (0..<Int.random(in: 0...40, using: &generator)).compactMap { _ in
          Unicode.Scalar(UInt32.random(in: 1...0x10ffff, using: &generator))
        }
        texts.append(String(String.UnicodeScalarView(scalars)))
      }
      try await db.expectRoundTrip(of: texts, in: "text") { $0.utf8.elementsEqual($1.utf8) }
    }
  },

  Clause("TYPE-3", "All 256 byte values come back, and empty is not null.") { context in
    let db = try await context.open()
    let all = (0...255).map { UInt8($0) }
    try await db.expectRoundTrip(of: [all, all.reversed(), [], [0], [0, 0]], in: "bytes")
    try await db.expectRoundTrip(of: [[], nil, [0xff]] as [[UInt8]?], in: "bytes")
  },

  Clause("TYPE-3", "Text is not bytes and bytes are not text.") { context in
    let db = try await context.open()
    try await db.createTable("mixed", "id {int} NOT NULL PRIMARY KEY, t {text}, b {bytes}")
    try await db.exec("INSERT INTO mixed (id, t, b) VALUES (1, ?, ?)", "abc", Array("abc".utf8))
    let read = try await db.queryRow("SELECT t, b FROM mixed", as: (Value, Value).self)
    let (text, bytes) = try expectSome(read, "the row")
    try expectEqual(text, .text("abc"), "the text")
    try expectEqual(bytes, .bytes(Array("abc".utf8)), "the bytes")
  },

  Clause("TYPE-3", "Sixteen MiB of bytes come back.", weight: .heavy) { context in
    let db = try await context.open()
    let block = (0..<4096).map { UInt8(truncatingIfNeeded: $0 ^ ($0 >> 8)) }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(16 << 20)
    for _ in 0..<4096 { bytes += block }
    try await db.expectRoundTrip(of: [bytes], in: "bytes")
  },
]
