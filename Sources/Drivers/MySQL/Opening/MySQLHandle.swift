import CMariaDB
import DriverAPI
import Glibc

/// A connection of the library, opened and used by one thread at a time.
///
/// `@unchecked Sendable`: it is handed on from the thread that opened it to the lease, or kept by a
/// thread that kills a statement; nobody else knows it.
struct MySQLHandle: @unchecked Sendable {
  let pointer: UnsafeMutablePointer<MYSQL>

  // The library sets itself up at the first use, without a lock.
  private static let isReady: Bool = mysql_server_init(0, nil, nil) == 0

  /// A connection that is not connected yet.
  init?() {
    guard Self.isReady, let pointer = mysql_init(nil) else { return nil }
    self.pointer = pointer
  }

  func close() { mysql_close(pointer) }

  var code: Int { Int(mysql_errno(pointer)) }

  var sqlState: String { String(cString: mysql_sqlstate(pointer)) }

  var serverMessage: String { String(cString: mysql_error(pointer)) }

  func set(_ option: mysql_option, _ flag: Bool) {
    var value: my_bool = flag ? 1 : 0
    mysql_options(pointer, option, &value)
  }

  func set(_ option: mysql_option, _ number: UInt32) {
    var value = number
    mysql_options(pointer, option, &value)
  }

  func set(_ option: mysql_option, _ text: String) {
    mysql_options(pointer, option, text)
  }

  /// Connects, blocking.
  func connect(
    _ host: DatabaseURL.Host, user: String?, password: String?, database: String?
  ) -> Bool {
    set(MYSQL_OPT_PROTOCOL, (host.isSocket ? MYSQL_PROTOCOL_SOCKET : MYSQL_PROTOCOL_TCP).rawValue)
    // Found rows are rows matched, whether or not the update changed them. [EXEC-1]
    let connected = mysql_real_connect(
      pointer, host.isSocket ? nil : host.name, user, password, database,
      UInt32(host.port ?? 3306), host.isSocket ? host.name : nil, UInt(CLIENT_FOUND_ROWS))
    return connected != nil
  }

  /// Runs a statement, blocking; answers whether the server took it.
  func run(_ sql: String) -> Bool {
    mysql_real_query(pointer, sql, UInt(sql.utf8.count)) == 0
  }

  /// The first row of a query, blocking; nil if the server refused it or has no row.
  func row(_ sql: String) -> [String?]? {
    guard run(sql), let result = mysql_store_result(pointer) else { return nil }
    defer { mysql_free_result(result) }
    guard let row = mysql_fetch_row(result) else { return nil }
    return (0..<Int(mysql_num_fields(result))).map { column in
      row[column].map { String(cString: $0) }
    }
  }

  /// All rows of a query, blocking; none if the server refused it. For small answers.
  func rows(_ sql: String) -> [[String?]] {
    guard run(sql), let result = mysql_store_result(pointer) else { return [] }
    defer { mysql_free_result(result) }
    var rows: [[String?]] = []
    while let row = mysql_fetch_row(result) {
      rows.append(
        (0..<Int(mysql_num_fields(result))).map { row[$0].map { String(cString: $0) } })
    }
    return rows
  }

  /// The socket under a number of our own: the library closes its own number when the session is lost,
  /// and the next file to be opened gets it.
  func duplicateSocket() -> Int32 { fcntl(mysql_get_socket(pointer), F_DUPFD_CLOEXEC, 0) }

  /// Has a host that died without a word noticed: `idle` seconds of silence, then three probes; what
  /// was sent and is not acknowledged for `unacknowledged` milliseconds ends the session too. 0 leaves the
  /// system's own in place.
  func watchLife(idle: Int, unacknowledged: Int) {
    let socket = mysql_get_socket(pointer)
    // Each fails only on a socket that is none of TCP's, which needs none of them.
    func set(_ level: Int32, _ option: Int32, _ number: Int) {
      var value = Int32(clamping: number)
      setsockopt(socket, level, option, &value, socklen_t(MemoryLayout<Int32>.size))
    }
    if idle > 0 {
      set(SOL_SOCKET, SO_KEEPALIVE, 1)
      set(Int32(IPPROTO_TCP), TCP_KEEPIDLE, idle)
      set(Int32(IPPROTO_TCP), TCP_KEEPINTVL, max(1, idle / 3))
      set(Int32(IPPROTO_TCP), TCP_KEEPCNT, 3)
    }
    if unacknowledged > 0 { set(Int32(IPPROTO_TCP), TCP_USER_TIMEOUT, unacknowledged) }
  }

  /// Lets TLS reads return instead of waiting: plain ones ask for that themselves each time.
  func makeNonblocking() {
    let socket = mysql_get_socket(pointer)
    _ = fcntl(socket, F_SETFL, fcntl(socket, F_GETFL) | O_NONBLOCK)
  }
}
