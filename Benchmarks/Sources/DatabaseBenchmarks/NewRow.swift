import CRawWork

/// A row to be written, the same that the C loops write for the same index.
struct NewRow: Sendable {
  let name: String
  let score: Double
  let note: String?

  static let sql = "INSERT INTO w(name, score, note) VALUES (?, ?, ?)"

  init(index: Int, name: String) {
    self.name = name
    score = Double(index) * 0.5
    note = index.isMultiple(of: 2) ? name : nil
  }

  /// The `index`th text of the fixture.
  static func name(_ index: Int64) -> String {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 21) { buffer in
      raw_fixture_name(index, buffer.baseAddress)
      return String(decoding: UnsafeRawBufferPointer(buffer).prefix(20), as: UTF8.self)
    }
  }
}
