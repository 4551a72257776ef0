import DriverAPI

/// Rows of a ``SaboteurConnection``.
final class SaboteurRows: DriverRows {
  private let honest: any DriverRows
  private let sabotage: Sabotage
  private var changed: [[Value]]?
  private var lent = LentValues()
  private var kept: [[Value]] = []
  let columns: ColumnList

  init(_ honest: any DriverRows, _ sabotage: Sabotage) async throws(DatabaseError) {
    self.honest = honest
    self.sabotage = sabotage
    guard sabotage.rows != nil || sabotage.columns != nil else {
      columns = honest.columns
      return
    }
    let all = try await LentValues.readAll(honest, limit: 5000)
    changed = sabotage.rows?(all) ?? all
    columns = sabotage.columns?(honest.columns, !all.isEmpty) ?? honest.columns
  }

  func step(into cells: UnsafeMutableBufferPointer<Cell>) throws(DatabaseError) -> RowStep {
    do {
      return try next(into: cells)
    } catch {
      guard let told = sabotage.told(error) else { return .done }
      throw told
    }
  }

  func wait() async throws(DatabaseError) { try await honest.wait() }

  func close() {
    lent.free()
    kept.removeAll()
    if !sabotage.keepsRowsOpen { honest.close() }
  }

  private func next(
    into cells: UnsafeMutableBufferPointer<Cell>
  ) throws(DatabaseError) -> RowStep {
    if let row = changed?.first {
      changed?.removeFirst()
      lend(row, cells)
      return .row
    }
    if changed != nil { return .done }
    let step = try honest.step(into: cells)
    guard step == .row else { return step }
    if sabotage.value != nil || sabotage.keepsEveryRow {
      let row = (0..<columns.count).map { Value(cells[$0]) }
      if sabotage.keepsEveryRow { kept.append(row) }
      lend(row, cells)
    }
    return .row
  }

  private func lend(_ row: [Value], _ cells: UnsafeMutableBufferPointer<Cell>) {
    lent.free()
    for (index, value) in row.enumerated() where index < cells.count {
      cells[index] = lent.cell(sabotage.value?(value) ?? value)
    }
  }
}
