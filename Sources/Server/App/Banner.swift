import DriverAPI
import Foundation

/// What the operator sees once the server serves.
struct Banner {
  let configuration: ServerConfiguration
  let database: Database
  let port: Int
  let limits: TransportLimits

  /// Writes it to the standard output, at once also where that is a file or a pipe.
  func show() {
    FileHandle.standardOutput.write(Data((text + "\n").utf8))
  }

  private var text: String {
    let scheme = configuration.tlsFiles == nil ? "ws" : "wss"
    let address = "\(scheme)://localhost:\(port)/ws"
    return """
      Dovetail chat server \(ServerVersion.current.detail)
        WebSocket: \(address)
        Database:  \(database.url) (\(database.server.product) \(database.server.version))
        Admins:    \(admins)
        Clients:   \(clients)
        TLS:       \(configuration.tlsFiles == nil ? "Disabled" : "Enabled")
        Connect:   marchat-client --username YOU --server \(address)
        Stop:      Ctrl+C
      """
  }

  private var clients: String {
    let wanted = configuration.maxConnections
    guard limits.maxConnections < wanted else { return "up to \(wanted) connections" }
    return "up to \(limits.maxConnections) connections, as far as the limit of open files allows "
      + "(\(wanted) are configured; raise it with ulimit -n or LimitNOFILE)"
  }

  private var admins: String {
    if configuration.hasAdmins {
      return configuration.admins.sorted().joined(separator: ", ")
        + " (they pin, and delete messages of others; the other commands are still to come)"
    }
    return "none; set MARCHAT_ADMIN_KEY and MARCHAT_USERS to have some"
  }
}
