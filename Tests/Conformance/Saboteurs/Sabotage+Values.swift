import DriverAPI

extension Sabotage {
  /// Values bent on their way in or out.
  static let ofValues: [Sabotage] = [
    reading("reads NULL as zero", "TYPE-1", "ROW-1", "BIND-2", "TYPE-5") {
      $0 == .null ? .int(0) : $0
    },
    reading("reads empty text as NULL", "TYPE-2", "TYPE-5", "BIND-1") {
      $0 == .text("") ? .null : $0
    },
    reading("reads empty bytes as NULL", "TYPE-3") { $0 == .bytes([]) ? .null : $0 },
    readingText("cuts text at NUL", "TYPE-2") { String($0.prefix { $0 != "\0" }) }.only(
      on: "sqlite", "mariadb"),
    readingText("cuts long text", "TYPE-2", "ROW-2") { String($0.prefix(65_535)) },
    readingText("trims text", "TYPE-2") { text in
      String(text.drop { $0 == " " })
    },
    readingText("reads text as Latin-1", "TYPE-2", "CONN-7") { text in
      String(String.UnicodeScalarView(text.utf8.map { Unicode.Scalar($0) }))
    },
    readingText("loses what is outside the basic plane", "TYPE-2", "CONN-7", "DURABLE-1") { text in
      String(
        String.UnicodeScalarView(text.unicodeScalars.map { $0.value > 0xffff ? "\u{fffd}" : $0 }))
    },
    readingText("loses microseconds", "TYPE-7", "TYPE-4", "TYPE-5") { text in
      text.utf8.count == 26 && text.contains(":") ? text.dropLast(3) + "000" : text
    },
    readingText("bends years before 1900", "TYPE-4", "TYPE-7") { text in
      text.hasPrefix("0001-") ? "2001-" + text.dropFirst(5) : text
    }.only(on: "sqlite", "mariadb"),
    readingText("mixes up the bytes of a UUID", "TYPE-7", "TYPE-4", "TYPE-5") { text in
      text.utf8.count == 36 && text.split(separator: "-").count == 5
        ? String(text.suffix(18)) + text.prefix(18) : text
    },
    readingText("computes decimals in doubles", "TYPE-4", "TYPE-7") { text in
      guard text.utf8.count > 12, let double = Double(text), text.contains(".") else { return text }
      return "\(double)"
    },
    readingText("escapes JSON again", "TYPE-7", "TYPE-4") { text in
      text.hasPrefix("{") ? text.replacing("\"", with: "\\\"") : text
    },
    readingInt("clips integers to 32 bits", "TYPE-1", "ROW-1") {
      Int64(Int32(truncatingIfNeeded: $0))
    },
    readingInt("loses the smallest integer", "TYPE-1", "ROW-1") { $0 == .min ? .max : $0 },
    readingInt("takes integers through doubles", "TYPE-1") {
      Int64(exactly: Double($0)) ?? Int64(Double($0).nextDown)
    },
    readingInt("turns zero and one around", "TYPE-1", "EXEC-1", "BIND-2") {
      $0 == 0 ? 1 : $0 == 1 ? 0 : $0
    },
    reading("rounds doubles to floats", "TYPE-1", "TYPE-5") { value in
      if case .double(let double) = value { .double(Double(Float(double))) } else { value }
    },
    reading("reads infinity as the largest double", "TYPE-1") { value in
      if case .double(let double) = value, double.isInfinite {
        return .double(.greatestFiniteMagnitude)
      }
      return value
    }.only(on: "sqlite", "postgres"),
    reading("hands text out as bytes", "TYPE-3", "ROW-1", "TYPE-2") { value in
      if case .text(let text) = value { .bytes(Array(text.utf8)) } else { value }
    },
    reading("hands bytes out as text", "TYPE-3", "TYPE-5", "BIND-2") { value in
      if case .bytes(let bytes) = value {
        .text(String(decoding: bytes, as: UTF8.self))
      } else {
        value
      }
    },
    reading("drops the last byte of large values", "TYPE-3", "ROW-2") { value in
      if case .bytes(let bytes) = value, bytes.count > 256 {
        .bytes(bytes.dropLast())
      } else {
        value
      }
    },
    reading("drops the last byte of very large values", "TYPE-3") { value in
      guard case .bytes(let bytes) = value, bytes.count > 1 << 20 else { return value }
      return .bytes(bytes.dropLast())
    },
    writing("stores NaN as NULL", "TYPE-1") { value in
      if case .double(let double) = value, double.isNaN { .null } else { value }
    },
    writing("stores what is too large as the largest", "TYPE-1") { value in
      if case .uint = value { .int(.max) } else { value }
    },
    writing("composes text", "TYPE-2") { value in
      if case .text("e\u{301}") = value { .text("\u{e9}") } else { value }
    },
    writing("stores decimals as doubles", "TYPE-8") { value in
      guard case .decimal(let number) = value, let double = Double(number.description) else {
        return value
      }
      return .double(double)
    }.only(on: "sqlite"),
    readingText("loses what is no common number", "TYPE-9", "TYPE-7") { text in
      text.utf8.count > 40 && text.hasPrefix("99999") || text.hasSuffix(" BC") ? "0" : text
    },
    readingText("cuts numbers to 38 digits", "TYPE-9") { text in
      text.utf8.count > 38 && text.utf8.allSatisfy { (48...57).contains($0) }
        ? String(text.prefix(38)) : text
    },
    writing("writes instants without their zone", "TYPE-6") { value in
      if case .timestamp(let instant) = value { .text(instant.description) } else { value }
    }.only(on: "postgres"),
    writing("writes dates a day later", "TYPE-6") { value in
      guard case .date(let date) = value else { return value }
      return CalendarDate(daysSince1970: date.daysSince1970 + 1).databaseValue
    },
    Sabotage("loses the count of an insert into a view", "UPSERT-10") {
      $0.result = { result, text in
        text.original.contains("shown") ? ExecResult(rowCount: 0) : result
      }
    }.only(on: "postgres", "mariadb"),
    Sabotage("takes an empty list for NULL", "QUERY-10") {
      $0.text = { text in
        text.replacing("SELECT NULL AS dovetail_empty_list WHERE 1 = 0", with: "NULL")
          .replacing("ALL ('{}')", with: "ALL ('{NULL}')")
      }
    },
    Sabotage("ignores the key of an upsert with a condition or an expression", "UPSERT-10") {
      $0.text = { text in
        guard text.contains("WHERE gone = 0 DO") || text.contains("(lower(email))) DO"),
          let change = text.firstRange(of: " DO UPDATE")
        else { return text }
        return text[..<change.lowerBound] + " DO NOTHING"
      }
    }.only(on: "sqlite", "postgres"),
    Sabotage("binds parameters backwards", "REBIND-1", "BIND-2", "TYPE-1") {
      $0.parameters = { $0.reversed() }
    },
    Sabotage("binds the first parameter to all", "REBIND-1", "BIND-1", "BIND-2", "QUERY-10") {
      $0.parameters = { parameters in parameters.map { _ in parameters[0] } }
    },
    Sabotage("forgets a NULL parameter", "BIND-1", "TYPE-1") {
      $0.parameters = { $0.map { $0 == .null ? .text("left over") : $0 } }
    },
    Sabotage("forgets parameters beyond a thousand", "BIND-3") {
      $0.parameters = { parameters in
        parameters.count < 1000 ? parameters : parameters.map { _ in .int(1) }
      }
    },
    Sabotage("compares with what now stands where the parameter was", "BIND-1") {
      $0.rows = { rows in
        rows.map { $0.count == 2 && rows.count == 40 ? [$0[0], .int(1)] : $0 }
      }
    },
  ]

  private static func reading(
    _ name: String, _ clauses: String..., change: @escaping @Sendable (Value) -> Value
  ) -> Sabotage {
    Sabotage(name, clauses) { $0.value = change }
  }

  private static func readingText(
    _ name: String, _ clauses: String..., change: @escaping @Sendable (String) -> String
  ) -> Sabotage {
    Sabotage(name, clauses) {
      $0.value = { value in if case .text(let text) = value { .text(change(text)) } else { value } }
    }
  }

  private static func readingInt(
    _ name: String, _ clauses: String..., change: @escaping @Sendable (Int64) -> Int64
  ) -> Sabotage {
    Sabotage(name, clauses) {
      $0.value = { value in
        if case .int(let integer) = value { .int(change(integer)) } else { value }
      }
    }
  }

  private static func writing(
    _ name: String, _ clauses: String..., change: @escaping @Sendable (Value) -> Value
  ) -> Sabotage {
    Sabotage(name, clauses) { $0.parameters = { $0.map(change) } }
  }
}
