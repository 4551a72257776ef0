/// What a reader saw, condensed so that two readers can be compared: sums of the integers, of
/// length and last byte of every text, and of the doubles.
struct Checksum: Equatable {
  var integers: Int64 = 0
  var doubles: Double = 0

  /// Adds the four columns of a row whose texts are owned.
  mutating func add(_ row: FixtureRow) {
    integers &+= row.id
    doubles += row.score
    add(row.name)
    if let note = row.note { add(note) }
  }

  /// Adds a text that is borrowed or owned.
  mutating func add(_ text: String) {
    // In the string's own storage: walking to the last index would measure the index.
    let last = text.utf8.withContiguousStorageIfAvailable { $0.last ?? 0 } ?? text.utf8.last
    integers &+= Int64(text.utf8.count) &+ Int64(last ?? 0)
  }

  /// Adds a text of which the length and the last byte are known.
  mutating func addText(count: Int, last: UInt8) {
    integers &+= Int64(count) &+ Int64(last)
  }

  /// Adds a text that is borrowed from the client library.
  mutating func add(_ text: Span<UInt8>) {
    addText(count: text.count, last: text.isEmpty ? 0 : text[text.count - 1])
  }

  /// Adds what another reader saw.
  mutating func add(_ other: Checksum) {
    integers &+= other.integers
    doubles += other.doubles
  }
}
