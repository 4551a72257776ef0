/// How a client and a server divide their bytes into messages.
public enum WireProtocol: String, Sendable, Hashable, CaseIterable {
  /// PostgreSQL, version 3.
  case postgres
  /// MySQL and MariaDB.
  case mysql
  /// Unknown: every read of the proxy counts as a message.
  case opaque

  /// The protocol of a URL's scheme.
  public init(scheme: String) {
    switch scheme {
    case "postgres", "postgresql": self = .postgres
    case "mysql", "mariadb": self = .mysql
    default: self = .opaque
    }
  }
}

/// Finds the places where messages begin in one direction of one connection.
///
/// Fed with everything that passes. Once a connection has gone over to TLS its messages cannot be
/// told apart any more; then every chunk counts as one.
struct MessageScanner {
  private let wire: WireProtocol
  private let direction: Fault.Direction
  private var header: [UInt8] = []
  private var bodyLeft = 0
  private var hasStarted = false
  /// Whether messages cannot be told apart.
  private(set) var isOpaque: Bool

  init(_ wire: WireProtocol, _ direction: Fault.Direction) {
    self.wire = wire
    self.direction = direction
    isOpaque = wire == .opaque
  }

  /// The offsets in `bytes` at which a message begins.
  mutating func starts(in bytes: ArraySlice<UInt8>) -> [Int] {
    if isOpaque { return bytes.isEmpty ? [] : [bytes.startIndex] }
    var starts: [Int] = []
    for index in bytes.indices {
      if bodyLeft > 0 {
        bodyLeft -= 1
        continue
      }
      if header.isEmpty { starts.append(index) }
      header.append(bytes[index])
      if !readHeader() {
        isOpaque = true
        return starts
      }
    }
    return starts
  }

  /// Takes the header apart once it is complete; false for bytes that cannot be a header.
  private mutating func readHeader() -> Bool {
    switch wire {
    case .opaque: return false
    case .mysql:
      guard header.count == 4 else { return true }
      bodyLeft = Int(header[0]) | Int(header[1]) << 8 | Int(header[2]) << 16
    case .postgres:
      return readPostgresHeader()
    }
    header = []
    return true
  }

  private mutating func readPostgresHeader() -> Bool {
    // The answer to a request for TLS is a single letter; what follows is encrypted, or plain.
    if direction == .toClient, !hasStarted, header.count == 1, header[0] == UInt8(ascii: "S") {
      return false
    }
    if direction == .toClient, !hasStarted, header.count == 1, header[0] == UInt8(ascii: "N") {
      header = []
      return true
    }
    // The first message of a client has no letter before its length.
    let typeCount = direction == .toServer && !hasStarted ? 0 : 1
    guard header.count == 4 + typeCount else { return true }
    let length = header.suffix(4).reduce(0) { $0 << 8 | Int($1) }
    guard length >= 4, length < 1 << 30 else { return false }
    bodyLeft = length - 4
    // A request for TLS is 8 bytes long, and another first message follows it.
    if typeCount == 1 || length != 8 { hasStarted = true }
    header = []
    return true
  }
}
