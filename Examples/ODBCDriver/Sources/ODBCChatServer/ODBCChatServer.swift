import DriverODBC
import Server

/// `odbc-chat-server`: the chat on any database that has an ODBC driver.
@main
enum ODBCChatServer {
  static func main() async { await ServerProgram.run(adding: ODBCDriver()) }
}
