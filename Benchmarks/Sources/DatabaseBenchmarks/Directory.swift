import Glibc
import Synchronization

/// A directory of this run, removed at its end together with the stores in it.
final class Directory: Sendable {
  /// Where the files are.
  let path: String
  private let count = Atomic<Int>(0)

  /// Makes a new directory below `parent`.
  init(in parent: String) throws {
    var template = Array("\(parent)/database-benchmarks-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else {
      throw BenchmarkError(
        "No directory could be made in \(parent): \(String(cString: strerror(errno))). "
          + "Name another with --directory.")
    }
    path = template.withUnsafeBytes { String(decoding: $0.dropLast(), as: UTF8.self) }
  }

  /// A new file with a table of `rows` rows.
  func makeStore(rows: Int64, synchronous: String) throws -> Store {
    let number = count.wrappingAdd(1, ordering: .relaxed).newValue
    return try Store.create(path: "\(path)/\(number).db", rows: rows, synchronous: synchronous)
  }

  /// Removes the directory and the files of its stores.
  func remove() {
    for number in 1...max(1, count.load(ordering: .relaxed)) {
      Store(path: "\(path)/\(number).db", rows: 0, synchronous: "").delete()
    }
    rmdir(path)
  }
}
