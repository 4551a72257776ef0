import CRawSQLite

/// An open connection of the C loops, opened with the settings of a store.
struct RawConnection {
  let handle: OpaquePointer

  init(_ store: Store) throws {
    var opened: OpaquePointer?
    let code = raw_open(store.path, store.pragmas, &opened)
    guard let opened else {
      throw BenchmarkError("SQLite could not open \(store.path) (code \(code)).")
    }
    handle = opened
  }

  /// Turns a result code into an error that carries SQLite's own words.
  func check(_ code: Int32) throws {
    guard code != 0 else { return }
    throw BenchmarkError("SQLite: code \(code), \(String(cString: raw_message(handle))).")
  }

  func close() { raw_close(handle) }
}
