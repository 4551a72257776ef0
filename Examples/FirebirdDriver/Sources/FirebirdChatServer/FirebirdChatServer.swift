import DriverFirebird
import Server

/// `firebird-chat-server`: the chat on a Firebird database.
@main
enum FirebirdChatServer {
  static func main() async { await ServerProgram.run(adding: FirebirdDriver()) }
}
