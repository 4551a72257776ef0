import FoundationEssentials

extension CopyColumn {
  /// The value of a row's column as one of this column's kind.
  ///
  /// - Parameter isUniform: whether a value of another kind is converted where its text is exact.
  /// - Throws: `unsupported`, `invalidValue` or `dataOutOfRange`, with what helps and without the value, for one
  ///   that the target's column would not hold as it is.
  @inline(__always)
  func value(_ row: borrowing Row, _ index: Int) throws(DatabaseError) -> Value {
    let cell = try row.cell(index)
    switch (kind, cell.kind) {
    case (_, .null): return .null
    case (.int, .int): return try checked(Int64(bitPattern: cell.bits))
    case (.text, .text): return .text(try checked(cell))
    case (.timestamp, .timestamp), (.timestamp, .text): return try instant(row, index)
    case (.bool, .bool): return .bool(cell.bits != 0)
    default: return try rarer(cell, row, index)
    }
  }

  private func rarer(
    _ cell: Cell, _ row: borrowing Row, _ index: Int
  ) throws(DatabaseError) -> Value {
    switch kind {
    case .bool: return .bool(try truth(cell))
    case .int: return try integer(cell, row, index)
    case .double, .single: return .double(try double(cell, row, index))
    case .decimal: return try decimal(cell, row, index)
    case .text: return .text(try text(cell, row, index))
    case .bytes: return .bytes(try bytes(cell, row, index))
    case .timestamp: throw mismatch(cell)
    case .date: return .date(try decoded(cell, row, index, CalendarDate.self))
    case .uuid: return .uuid(try decoded(cell, row, index, UUID.self))
    case .json: return .json(try json(cell))
    case .other, .asIs: return try asIs(cell, row, index)
    }
  }

  private func truth(_ cell: Cell) throws(DatabaseError) -> Bool {
    guard cell.kind == .int, cell.bits <= 1 else {
      if cell.kind == .int {
        throw refusal(.invalidValue, "a number other than 0 and 1; set it to one of them")
      }
      throw mismatch(cell)
    }
    return cell.bits == 1
  }

  private func integer(
    _ cell: Cell, _ row: borrowing Row, _ index: Int
  ) throws(DatabaseError) -> Value {
    switch cell.kind {
    case .int: return try checked(Int64(bitPattern: cell.bits))
    case .uint: return try checked(cell.bits)
    case .bool where isUniform: return .int(cell.bits == 0 ? 0 : 1)
    case .decimal where isUniform:
      guard let whole = cell.wholeNumber else {
        throw refusal(
          .dataOutOfRange, "a number that is not whole; make the target's column a decimal")
      }
      if let small = Int64(exactly: whole) { return try checked(small) }
      guard let large = UInt64(exactly: whole) else { throw beyondIntegers() }
      return try checked(large)
    default: throw mismatch(cell)
    }
  }

  private func checked(_ number: Int64) throws(DatabaseError) -> Value {
    if let range = limits.integers, !range.contains(number) { throw beyondIntegers() }
    if let most = limits.maxUnsigned, number < 0 || UInt64(number) > most {
      throw beyondIntegers()
    }
    return .int(number)
  }

  private func checked(_ number: UInt64) throws(DatabaseError) -> Value {
    if let small = Int64(exactly: number) { return try checked(small) }
    guard lacks.unsignedIntegers, limits.integers == nil,
      limits.maxUnsigned.map({ number <= $0 }) ?? true
    else { throw beyondIntegers() }
    return .uint(number)
  }

  private func beyondIntegers() -> DatabaseError {
    refusal(
      .dataOutOfRange, "an integer beyond those of the target's column; give that a wider type")
  }

  private func double(
    _ cell: Cell, _ row: borrowing Row, _ index: Int
  ) throws(DatabaseError) -> Double {
    let number: Double
    switch cell.kind {
    case .double: number = Double(bitPattern: cell.bits)
    case .decimal where isUniform:
      // As many digits as a double always keeps.
      guard let exact = Double(try row.writtenOut(index)),
        let read = ExactDecimal(shortDouble: exact),
        let decimal = ExactDecimal(utf8: cell.borrowedBytes), decimal.isNumericallyEqual(to: read)
      else {
        throw refusal(
          .dataOutOfRange,
          "a decimal of more digits than a double keeps; make the target's column a decimal")
      }
      number = exact
    default:
      guard cell.kind == .int, let exact = Double(exactly: Int64(bitPattern: cell.bits)) else {
        throw mismatch(cell)
      }
      number = exact
    }
    if kind == .single, number.isFinite, Float(exactly: number) == nil {
      throw refusal(
        .dataOutOfRange, "a double that 4 bytes do not keep; make the target's column a double")
    }
    return try checked(number)
  }

  private func checked(_ number: Double) throws(DatabaseError) -> Double {
    let lack: String? =
      switch number {
      case _ where number.isNaN && !lacks.notANumber: "NaN"
      case _ where number.isInfinite && !lacks.infinities: "an infinity"
      case _ where number.sign == .minus && number.isZero && !lacks.negativeZero:
        "a zero with a sign"
      default: nil
      }
    guard let lack else { return number }
    throw refusal(
      .unsupported, "\(lack), which the target does not hold; set it to NULL or to another number")
  }

  private func decimal(
    _ cell: Cell, _ row: borrowing Row, _ index: Int
  ) throws(DatabaseError) -> Value {
    switch cell.kind {
    case .int, .uint, .decimal, .text: break
    case .double:
      guard let short = ExactDecimal(shortDouble: Double(bitPattern: cell.bits)) else {
        throw refusal(
          .invalidValue,
          "a double of more than 15 digits, which stands for no one decimal; round it")
      }
      return try checked(short)
    default: throw mismatch(cell)
    }
    // Beyond 38 digits, and NaN, there is only the text.
    if let known = try? row.decode(index, as: ExactDecimal.self) { return try checked(known) }
    if cell.kind == .decimal { return .text(try row.writtenOut(index)) }
    throw refusal(.invalidValue, "text that is no number; correct it")
  }

  private func checked(_ decimal: ExactDecimal) throws(DatabaseError) -> Value {
    if let most = limits.fractionDigits, decimal.scale > most,
      decimal.withoutZerosAtEnd.scale > most
    {
      throw refusal(
        .dataOutOfRange,
        "a number of more than \(most) decimals, which the target would round; give its column more"
      )
    }
    if let most = limits.wholeDigits, (0..<ExactDecimal.maxScale).contains(most),
      decimal.unscaled.magnitude / UInt128(ExactDecimal.powers[decimal.scale])
        >= UInt128(ExactDecimal.powers[most])
    {
      throw refusal(
        .dataOutOfRange,
        "a number of more than \(most) digits before the point; give the target's column more")
    }
    return .decimal(decimal)
  }

  private func decoded<T: ColumnDecodable>(
    _ cell: Cell, _ row: borrowing Row, _ index: Int, _ type: T.Type
  ) throws(DatabaseError) -> T {
    do throws(DatabaseError) { return try row.decode(index, as: type) } catch {
      guard cell.kind == .text || "\(cell.kind)" == kind.rawValue else { throw mismatch(cell) }
      throw refusal(.invalidValue, "\(name(of: cell)) that is no \(kind.rawValue); correct it")
    }
  }

  private func instant(
    _ row: borrowing Row, _ index: Int
  ) throws(DatabaseError) -> Value {
    let cell = try row.cell(index)
    let moment: Timestamp?
    if cell.kind == .timestamp {
      moment = Timestamp(microseconds: Int64(bitPattern: cell.bits))
    } else {
      moment = Timestamp(utf8: cell.borrowedBytes)
    }
    guard let moment else {
      throw refusal(
        .dataOutOfRange,
        cell.kind == .timestamp
          ? "an instant outside the years 0001 to 9999; set it to NULL or to another"
          : "text that is no instant; write it as 2026-01-31 23:59:59")
    }
    if let digits = limits.fractionDigits, digits < 6,
      moment.microseconds % Int64(ExactDecimal.powers[6 - digits]) != 0
    {
      throw refusal(
        .dataOutOfRange,
        "an instant of more than \(digits) digits of a second, which the target would round; "
          + "give its column 6")
    }
    return .timestamp(moment)
  }
}
